/** The one Explore of a page: data are fetched before it is there, and what Dash calls waits. */

import { nextFrame } from "../base/axes.mjs";
import { isThere, unchanged } from "../base/dash.mjs";
import { at } from "../base/elements.mjs";
import { PREFIX } from "../base/shell.mjs";
import { setColumns as setTableColumns } from "./table.mjs";
import { Data } from "./state/data.mjs";
import { Explore } from "./view.mjs";
import { listen } from "./wiring.mjs";

/** @type {?Explore} */
let page = null;
/** @type {(page: Explore) => void} */
let begun = () => {};
/** @type {Promise<Explore>} who waits for it costs nothing: most pages never have one */
const there = new Promise((resolve) => { begun = resolve; });
const data = new Data();
if (location.pathname === PREFIX) data.prefetch().catch(console.warn);

/** Build the page, follow the link, and stay live. */
async function begin() {
  while (!at("edf-frame-canvas") || !isThere()) await nextFrame();
  page = new Explore(data);
  begun(page);
  listen(page);
  page.open();
}

window.addEventListener("netspace:page", ({ detail }) => {
  if (detail !== "") page?.leave();
  else if (page) page.reopen();
  else begin();
});

/** A callback that hands over to the page, once there is one, and sets nothing. */
const later = (/** @type {(page: Explore, ...given: any[]) => void} what Dash gives */ act) =>
  async (...given) => {
    act(page ?? await there, ...given);
    return unchanged();
  };

export const setControls = later((page, described) => void page.setControls(described));
export const setColumns = later((_, columns, grid) => setTableColumns(columns, grid));
export const commit = later((page) => page.commit());
export const choose = later((page, population, against) => page.choose(population, against));
export const judge = later((page, name) => page.judge(name));
export const picked = later((page, data) => page.follow(data));
