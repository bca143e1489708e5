/** What of a link a population cannot do, in words; base/notes.mjs shows them. */

/** Of more than a page shows the first count. @param {string} what @param {number} given @param {number} most */
export const tooMany = (what, given, most) =>
  (given > most ? [`${given} ${what}: the first ${most} count`] : []);

/**
 * Why a population does not take a constraint.
 * @param {Table} table @param {Table | undefined} rival another table, which may take it
 * @param {string} constraint "wm=2..2.5"
 */
export function lacking(table, rival, constraint) {
  const [name] = constraint.split("=");
  const near = table.names.find((one) => one.toLowerCase() === name.toLowerCase());
  const meant = near ? ` (did you mean ${near}?)` : "";
  const there = rival?.has(name) ? `; ${rival.header.name} has, and is constrained` : "";
  return `${constraint} is not applied: ${table.header.name} has no ${name}${meant}${there}`;
}
