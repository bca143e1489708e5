/** The badges of a population: under which regime it was trained, and where; whose it is. */

import { at } from "../../base/elements.mjs";
import { origin, write } from "../../base/format.mjs";

/** @type {Record<string, [word: string, text: string]>} */
const SEEN = {
  private: ["private", "its owner and administrators see it"],
  lab: ["lab", "whoever has logged in sees it"],
  public: ["public", "everybody sees it"],
};

/** Shown where there are logins: style.css. @param {?PopulationRead} own */
function owner(own) {
  const badge = at("owner-badge");
  badge.hidden = !own;
  if (!own) return;
  const [word, text] = SEEN[own.visibility];
  write(badge, own.owner ? `${own.owner} · ${word}` : word);
  const may = own.mine ? "; Queue changes that" : "";
  badge.title = `${own.owner ? `made by ${own.owner}` : "nobody’s"}: ${text}${may}`;
}

/** @param {?PopulationRead} own null: nothing is known yet */
export function show(own) {
  owner(own);
  const badge = at("data-badge");
  badge.hidden = !own;
  if (!own) return;
  const synthetic = /synthetic/i.test(`${own.name} ${own.regime_name} ${own.space_name}`);
  badge.dataset.synthetic = String(synthetic);
  const { provenance } = own;
  const imported = provenance ? " · imported" : "";
  write(badge, synthetic ? "SYNTHETIC DATA" : own.regime_name + imported);
  badge.title = synthetic ? "errors follow a stated law; nothing was trained"
    : `trained under the regime ${own.regime_name}: its images and its schedule; errors of `
      + "different regimes cannot be compared";
  if (provenance) badge.title += `\n${origin(provenance)}`;
}
