/**
 * What happens on the server: one stream of events a browser, whatever the number of its tabs.
 *
 * A browser opens six connections to a host; with a stream for each tab the sixth tab leaves none.
 * So a SharedWorker (worker.mjs) holds the one stream for all of them. Where there is none a page
 * holds a stream itself while it is not hidden.
 *
 *     const stop = listen({ activity(activity), gone(population), connection(state) });
 *
 * `activity` is server/schemas/events.py: Activity, all that is known at once and then each that has
 * changed; nothing is lost by missing some. `gone` is the id of a population that is deleted, or may
 * no longer be seen. A `state` is {live, silent}: whether the stream lives,
 * and whether it is open but nothing came for SILENT_S: the server says something every ten.
 */
import { SILENT_S, Stream, URL_OF_EVENTS } from "./stream.mjs";

export { SILENT_S };

/** @type {Set<Required<Told>>} */
const listeners = new Set();
/** @type {Map<number, Activity>} by population, as told */
const activities = new Map();
/** @type {?Connection} */
let state = null;
let database = ""; // that answers, by the name it has as long as it lives
/** @type {?{join: () => void, leave: () => void}} */
let stream = null;

/**
 * @typedef {{activity?: (activity: Activity) => void,
 *   gone?: (population: number) => void, connection?: (state: Connection) => void}} Told
 */

/**
 * Hear of everything from now on.
 * @param {Told} told
 * @returns {() => void} stops
 */
export function listen(told) {
  const listener = { activity() {}, gone() {}, connection() {}, ...told };
  listeners.add(listener);
  queueMicrotask(() => {
    if (!listeners.has(listener)) return;
    if (state) listener.connection(state);
    for (const activity of activities.values()) listener.activity(activity);
  });
  if (!stream) begin(self.SharedWorker ? shared() : own());
  return () => listeners.delete(listener);
}

function begin(one) {
  stream = one;
  one.join();
}

/** @param {Message} message */
function hear({ activity, gone, anew, connection, database: name = activity?.database }) {
  const before = database;
  database = name || database;
  if (before && before !== database) {
    location.reload(); // a backup was restored: whatever was read is of another database
    return;
  }
  if (anew) activities.clear(); // all of them follow
  if (gone) activities.delete(gone);
  if (connection) state = connection;
  if (activity) activities.set(activity.population, activity);
  for (const listener of [...listeners]) {
    if (connection) listener.connection(connection);
    if (activity) listener.activity(activity);
    if (gone) listener.gone(gone);
  }
}

/** The stream that all tabs share. */
function shared() {
  let worker;
  try {
    worker = new SharedWorker(new URL("./worker.mjs", import.meta.url),
      { type: "module", name: "netspace-events" });
  } catch {
    return own(); // as where storage is forbidden
  }
  worker.onerror = () => begin(own()); // its script could not be read
  worker.port.onmessage = ({ data }) => hear(data);
  const say = (word) => () => worker.port.postMessage(word);
  return { join: say("join"), leave: say("leave") };
}

/** A stream of this tab alone, while it can be seen. */
function own() {
  const mine = new Stream(URL_OF_EVENTS, hear);
  const follow = () => {
    if (document.visibilityState === "hidden") mine.close();
    else mine.open();
  };
  document.addEventListener("visibilitychange", follow);
  return { join: follow, leave: () => mine.close() };
}

window.addEventListener("pagehide", () => stream?.leave());
window.addEventListener("pageshow", ({ persisted }) => persisted && stream?.join());
