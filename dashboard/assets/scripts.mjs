/**
 * Scripts that one page has of its own: they come before it is shown first, as Explore, where most
 * people begin, needs none of them.
 */

/** @type {Record<string, () => Promise<Record<string, any>>>} by the page's path */
const SCRIPTS = {
  account: () => import("./account/view.mjs"),
  compare: () => import("./compare/view.mjs"),
  import: () => import("./import/view.mjs"),
  new: () => import("./create/form.mjs"),
  people: () => import("./people/view.mjs"),
  queue: () => import("./queue/view.mjs"),
  speed: () => import("./speed/view.mjs"),
  trends: () => import("./trends/view.mjs"),
  views: () => import("./views/view.mjs"),
};

/** @type {Map<string, Record<string, any>>} those that are here */
const here = new Map();

/** Fetch a page's own scripts, once. @param {string} page its path */
export async function fetchScripts(page) {
  if (here.has(page) || !(page in SCRIPTS)) return;
  here.set(page, await SCRIPTS[page]());
}

/**
 * What Dash calls of a page's scripts: at once where they are here.
 * @param {string} page @param {string} name
 */
export const of = (page, name) => (/** @type {unknown[]} */ ...given) => {
  const script = here.get(page);
  if (script) return script[name](...given);
  return fetchScripts(page).then(() => here.get(page)?.[name](...given));
};
