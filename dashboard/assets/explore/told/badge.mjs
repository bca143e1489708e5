/** The badge of a population: under which regime it was trained, and where. */

import { at } from "../../base/elements.mjs";
import { origin, write } from "../../base/format.mjs";

/** @param {?PopulationRead} own null: nothing is known yet */
export function show(own) {
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
