/** The first card and the last: which file, and what its population is called. */

import { h } from "../base/elements.mjs";
import { count } from "../base/format.mjs";
import { head } from "../base/table.mjs";
import { may } from "../live/me.mjs";
import { button, field, input, select } from "./fields.mjs";
import { ACCEPTED, size } from "./file.mjs";

/** @type {Record<string, string>} */
export const SEEN = { private: "private: you and administrators", lab: "lab: whoever has logged in",
  public: "public: everybody the server lets in" };

/** @param {import("./state.mjs").State} state @param {string} why nobody may */
export function chooser(state, why) {
  const { file, problems } = state;
  const wrong = problems.fields.get("file") ?? [];
  const title = file ? `${file.name}, ${size(file.size)}` : "A table of results";
  return h("div", { class: file ? null : "nothing" },
    head(h("h2", {}, title),
      h("input", {
        type: "file", id: "import-choose", class: "unseen", accept: ACCEPTED, "data-field": "file",
        "aria-invalid": wrong.length ? "true" : null,
        "aria-describedby": wrong.length ? "import-wrong-file" : null,
        disabled: Boolean(why) || state.busy === "importing",
      }),
      h("label", { for: "import-choose", class: file ? "button" : "button start" },
        file ? "Choose another file" : "Choose a file"),
      h("span", { class: "muted" }, file ? "or drop one" : "or drop it anywhere on this page"),
      state.busy === "looking" ? working(state) : null),
    why ? h("p", { role: "status" }, why) : null,
    file ? null : h("p", { class: "muted" },
      "CSV and TSV in any dialect, JSON, lines of JSON, Parquet, Arrow, pycls’ sweep.json; up to 256 MiB. "
        + "Nothing is stored until you import it."),
    wrong.length ? h("p", { class: "bad", id: "import-wrong-file" },
      `It can’t be read as a table: ${wrong.join("; ")}.`) : null,
    ...(state.look ? [] : problems.rest.map((text) => h("p", { class: "bad" }, text))),
    !state.look && file && !state.busy
      ? h("p", {}, button("Look again", "again")) : null);
}

/** How far it is. @param {import("./state.mjs").State} state */
export function working({ busy, share }) {
  const verb = busy === "importing" ? "importing" : "looking";
  const text = share < 1 ? `sending, ${Math.floor(100 * share)} %` : "reading ...";
  return h("span", { class: "working", "data-key": "working" },
    h("progress", { max: 1, value: share < 1 ? share : null, "aria-label": verb }),
    h("span", { role: "status" }, text),
    button("Cancel", "cancel", { class: "button small" }));
}

/** @param {import("./state.mjs").State} state */
export function store(state) {
  const { fields, columns, rest } = state.problems;
  const isBusy = state.busy === "importing";
  const wrong = [...rest, columns.size || fields.size ? "Mend what is marked." : ""].join(" ").trim();
  return h("form", { "aria-label": "import" },
    field("Name of the population",
      input(state.name, { maxlength: 100, required: true, "data-field": "name" }), fields.get("name")),
    h("div", { class: "with-logins", "data-key": "visibility" },
      field("Who sees it", select(SEEN, state.visibility, { "data-field": "visibility" }), fields.get("visibility"))),
    h("div", { class: "acts" },
      h("button", { class: "button start", "data-key": "import", disabled: isBusy || !may("create") },
        `Import ${rows(state)}`),
      isBusy ? working(state) : null,
      button("Undo", "undo", { title: "undo the last change (Z)", disabled: isBusy || !state.past.length }),
      button("As sniffed", "sniffed", {
        title: "as the server took it at first", disabled: isBusy || state.isAsSniffed,
      })),
    h("p", { class: "bad", role: "status" }, wrong));
}

/** @param {import("./state.mjs").State} state */
const rows = ({ rows: n, isSure }) => (isSure
  ? `${count(n)} row${n === 1 ? "" : "s"}` : `about ${count(Number(n.toPrecision(2)))} rows`);
