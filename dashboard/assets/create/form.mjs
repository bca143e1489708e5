/**
 * What New population needs of the browser: values at rest, and going to a new population.
 */

import { tell, unchanged } from "../base/dash.mjs";
import { around, at } from "../base/elements.mjs";
import { PREFIX } from "../base/shell.mjs";
import { may, me, whyNot } from "../live/me.mjs";

const REST_MS = 500;

/** @type {?{leave: (fields: object) => void, timer: number}} */
let resting = null;
let isOwed = false; // an answer to values that came to rest while another page was shown

/** The form's values by name, once they have not changed for REST_MS. */
export function ask(...given) {
  /** @type {CallbackContext} */
  const { inputs_list: inputs } = given.at(-1);
  const fields = Object.fromEntries(inputs.map(({ id, value }) =>
    [id.replace("new-", "").replaceAll("-", "_"), value ?? null]));
  clearTimeout(resting?.timer);
  resting?.leave(unchanged());
  return new Promise((leave) => {
    const rested = () => {
      isOwed = at("page-new").hidden;
      leave(isOwed ? unchanged() : fields);
    };
    resting = { leave, timer: setTimeout(rested, REST_MS) };
  });
}

/** Whether the JSON in the form still means the picked space. */
export function isStored(text, stored) {
  try {
    return JSON.stringify(JSON.parse(text)) === JSON.stringify(JSON.parse(stored));
  } catch {
    return !text || text === stored;
  }
}

/** Whether all networks are asked for, and no number of them. */
export const isWhole = (take) => take === "all";

/** To the population just created, beside the one it refines, or to a chain's trends; the form loses name and seed. */
export function goTo(started) {
  if (!started) return [unchanged(), unchanged()];
  if (started.chain) {
    const search = `?${started.chain.map((id) => `side=${id}`).join("&")}`;
    tell("location", { pathname: `${PREFIX}trends`, search });
    return ["", ""];
  }
  tell("location", {
    pathname: PREFIX,
    search: `?population=${started.population}`
      + (started.against ? `&against=${started.against}` : ""),
  });
  return ["", ""];
}

/** Put the focus where something is wrong, once the fields show it. */
export function firstProblem(message) {
  if (message) {
    setTimeout(() => at("new-form").querySelector("[aria-invalid=true]")?.focus(), 50);
  }
  return "";
}

/** What was said of a field, or of all, is of no more use once it is edited. */
export const noProblem = () => null;
export const noMessage = () => "";

/** Who may not create reads why, and presses nothing. */
async function allow() {
  await me();
  if (may("create")) return;
  tell("new-start", { disabled: true });
  at("new-may").textContent = whyNot("create", "create populations");
  at("new-may").hidden = false;
}

window.addEventListener("netspace:page", ({ detail }) => {
  if (detail !== "new") return;
  allow().catch(console.warn);
  if (isOwed) at("new-again").click();
});

// Enter in a field presses Start, as in every form; the form itself is not sent.
document.addEventListener("submit", (event) => {
  if (around(event, "#new-form")) event.preventDefault();
});
