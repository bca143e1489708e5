/** What the figures of Explore's cards are of, when somebody saves one. */

import { offer } from "../base/figures.mjs";
import { toLink } from "./state/selection.mjs";
import { writeSet } from "./state/url.mjs";

/** @param {Explore} page */
export function offerFigures(page) {
  /**
   * @param {string} path @param {(query: string) => Partial<import("../base/figures.mjs").Offer>} more
   * what stands beside, given what passes
   */
  const about = (path, more) => () => {
    const { shown, settled } = page;
    const { view, population } = shown;
    if (!view || population === null) return null;
    const passing = settled.query(shown.applied(view));
    const query = [`population=${population}`, passing].filter(Boolean).join("&");
    return { path, query, ...more(query) };
  };
  const rest = (noun, query) => `/populations/${page.shown.population}/${noun}?${query}`;
  const passing = (query) => query.replace(/^population=\d+&?/, "");

  offer("edf", about("edf", (query) => {
    const { rival, against, isConstrained } = page.shown;
    if (rival && against !== null) return { query: `${query}&against=${against}` };
    const alone = rest("edf", [passing(query), "points=all&format=csv"].filter(Boolean).join("&"));
    return isConstrained ? {} : { csv: alone };
  }));
  offer("scatters", about("scatters", (query) => ({
    query: `${query}&columns=${page.picture.scatters.controls.map(({ name }) => name).join(",")}`,
    csv: rest("networks.csv", passing(query)),
  })));
  offer("widths", about("widths", (query) => ({ query: `${query}&best=${page.shown.best}` })));
  offer("parallel", about("parallel", (query) => {
    const { colour, selection } = page.shown;
    const { selected, lasso } = toLink(selection);
    const more = { axes: page.picture.parallel.drawn.join(","), colour, select: writeSet(selected), lasso };
    const given = Object.entries(more).filter(([, text]) => text);
    return { query: `${query}&${new URLSearchParams(given)}` };
  }));
  offer("matters", about("matters", (query) => ({
    query: `${query}&gamma=${page.matters.gamma.value}`,
    csv: `${page.matters.path}&format=csv`,
  })));
}
