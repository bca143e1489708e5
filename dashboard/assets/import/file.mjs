/** A file that somebody has chosen: what of it is sent to be looked at, and how it is called. */

export const BEGINNING = 2 ** 20; // bytes of text that a look needs
/** Bytes of text that are looked at whole where the beginning alone can't be read. */
export const WHOLE = 32 * 2 ** 20;
/** Bytes that a file may have: server/routers/tables.py. */
export const LARGEST = 256 * 2 ** 20;
export const ACCEPTED = ".csv,.tsv,.txt,.tab,.json,.jsonl,.ndjson,.parquet,.pq,.arrow,.feather,.ipc";
const LONGEST_NAME = 100;

/** @param {Uint8Array} head the first bytes: Parquet, Arrow's file, Feather 1, Arrow's stream */
export const isColumnar = (head) =>
  /^(PAR1|ARROW1|FEA1)/.test(String.fromCharCode(...head))
  || (head.length >= 4 && head.slice(0, 4).every((byte) => byte === 0xff));

/**
 * What is sent to be looked at: all of a file whose end says what its columns are, else its
 * beginning.
 * @param {File} file @returns {Promise<Part>}
 */
export async function part(file) {
  const head = new Uint8Array(await file.slice(0, 8).arrayBuffer());
  return isColumnar(head) || file.size <= BEGINNING ? entire(file) : beginning(file);
}

/** @param {File} file @returns {Part} */
export const entire = (file) => ({ blob: file, partial: false });

/** @param {File} file @returns {Part} */
const beginning = (file) => ({ blob: file.slice(0, BEGINNING), partial: true });

/** A population's name of a file's. @param {string} name */
export function nameOf(name) {
  const bare = name.replace(/\.(csv|tsv|txt|tab|jsonl?|ndjson|parquet|pq|arrow|feather|ipc)$/i, "");
  return bare.replace(/\s+/g, " ").trim().slice(0, LONGEST_NAME).trim();
}

/** Bytes as people read them. @param {number} bytes */
export function size(bytes) {
  const units = ["B", "KB", "MB", "GB"];
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const shown = bytes / 1000 ** step;
  return `${shown.toFixed(step && shown < 99.5 ? 1 : 0)} ${units[step]}`;
}
