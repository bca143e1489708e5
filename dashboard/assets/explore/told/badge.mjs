/**
 * The badges of a population: under which regime it was trained, and where, or which table or set
 * it is; whose it is.
 */

import { at } from "../../base/elements.mjs";
import { count, origin, write } from "../../base/format.mjs";

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

const DAY = 10; // characters of a date
const MOST_NAMED = 6; // values of a constraint

/**
 * Where a table comes from, in a sentence: "table: results.csv, imported 2026-11-30 by anna, 1,000
 * rows, 12 refused", "set of: RegNetX;depth=5..8 (version 84), 40 networks".
 * @param {PopulationRead} own @param {?ReportRead} report null: not known yet
 */
export function source({ provenance, created_at: at, owner: by, n }, report) {
  const { file, sides } = provenance ?? {};
  if (sides) {
    const of = sides.map(({ side, name, version }) => {
      const [, ...constraints] = side.split(";");
      return `${[name, ...constraints.map(brief)].join("; ")} (version ${count(version)})`;
    });
    return `set of: ${of.join(", ")}, ${count(n)} networks`;
  }
  const day = new Date(at).toISOString().slice(0, DAY);
  const refused = report ? sum(report.refused_by_reason) : 0;
  const parts = [`imported ${day}${by ? ` by ${by}` : ""}`, `${count(n)} rows`,
    refused ? `${count(refused)} refused` : ""];
  return [`table: ${file ?? "a file"}`, ...parts.filter(Boolean)].join(", ");
}

/** "ordinal=3,17,.. (120)": of many values the first. @param {string} constraint */
function brief(constraint) {
  const values = constraint.split(",");
  return values.length > MOST_NAMED
    ? `${values.slice(0, MOST_NAMED).join(",")},.. (${count(values.length)})` : constraint;
}

/** What became of the rows of a file, a line each. @param {?ReportRead} report */
function details(report) {
  if (!report) return [];
  const counted = (by) => Object.entries(by).map(([why, n]) => `${count(n)}: ${why}`);
  const lines = [...counted(report.refused_by_reason).map((line) => `refused ${line}`),
    report.merged ? `${count(report.merged)} rows went into the row of another` : "",
    report.networks ? `${count(report.networks)} rows are networks` : "",
    ...report.differences.map(({ quantity, factor, networks, reason }) =>
      `${quantity} of ${count(networks)} networks: ${factor === 1 ? "as counted here"
        : `${factor} times what is counted here`}${reason && `, ${reason}`}`),
    ...report.notes];
  return lines.filter(Boolean);
}

/** @param {Record<string, number>} counts */
const sum = (counts) => Object.values(counts).reduce((total, n) => total + n, 0);

/**
 * @param {?PopulationRead} own null: nothing is known yet
 * @param {?ReportRead} report of a table; null: there is none, or not yet
 */
export function show(own, report = null) {
  owner(own);
  const badge = at("data-badge");
  badge.hidden = !own;
  if (!own) return;
  badge.dataset.kind = own.kind;
  if (own.kind === "table") {
    const said = source(own, report);
    badge.dataset.synthetic = "false";
    write(badge, said);
    badge.title = [said, ...details(report)].join("\n");
    return;
  }
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
