/** The line under the header: what trains, or waits to, while something else is looked at. */

import { at, h, morph } from "../../base/elements.mjs";
import { count } from "../../base/format.mjs";
import { trains } from "../../base/populations.mjs";
import { PREFIX } from "../../base/shell.mjs";

/**
 * @param {Data} data populations, and what happens in them
 * @param {?number} shown id of the population that is looked at
 * @param {(id: number) => void} watch shows another
 */
export function show({ populations, activities }, shown, watch) {
  const line = at("training-now");
  const now = (populations ?? []).map((one) =>
    ({ ...one, progress: activities.get(one.id)?.progress ?? one.progress }));
  const [own, demo] = ["here", "demo"].map((from) =>
    now.filter((one) => one.origin === from && trains(one)));
  const begun = ({ progress: { running, done, failed }, inherited }) =>
    running + failed > 0 || done > inherited;
  const mine = own.findLast(begun) ?? own.at(-1);
  const some = mine ? [mine] : demo;
  line.hidden = !some.length || [...own, ...demo].some(({ id }) => id === shown);
  if (line.hidden) return;
  const name = own.length ? some[0].name : "demo";
  const all = own.length ? some : now.filter(({ origin }) => origin === "demo");
  const total = (part) => all.reduce((sum, { progress }) => sum + progress[part], 0);
  const { id } = some[some.length - 1];
  morph(line, h("p", { id: line.id, class: line.className, role: "status" },
    h("b", {}, name), ` ${some.some(begun) ? "training now" : "waits"}, `
      + `${count(total("done"))} of ${count(total("total"))}: `,
    h("a", { href: `${PREFIX}?population=${id}` }, "watch")));
  line.querySelector("a").onclick = (/** @type {MouseEvent} */ event) => {
    if (event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    watch(id);
  };
}
