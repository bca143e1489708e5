/** Who asks, and what he may do: /me, as it was when the page was opened. */

import * as events from "./events.mjs";
import { leave } from "./login.mjs";
import { ask } from "./rest.mjs";

/** @type {?Promise<MeRead>} */
let asked = null;
/** @type {?MeRead} null: not known yet */
let known = null;

/** @returns {Promise<MeRead>} */
export function me() {
  asked ??= ask("/me").then((answer) => {
    known = answer;
    return answer;
  }).catch((error) => {
    asked = null;
    throw error;
  });
  return asked;
}

/** Whether he may, to his own at least; nobody may before it is known. @param {string} verb */
export const may = (verb) => known?.verbs.includes(verb) ?? false;

/** Whether a population is in his hands. @param {?{mine: boolean} | undefined} population */
export const maySteer = (population) => may("steer") && Boolean(population?.mine);

/** Whose something is, where that is somebody else's: who changes it names him. */
export const other = (/** @type {?string | undefined} */ owner) =>
  (owner && known?.id && owner !== known.name ? owner : null);

/** Why he may not, in a sentence; "" where he may. @param {string} verb @param {string} what */
export function whyNot(verb, what) {
  if (!known || may(verb)) return "";
  return known.role === "viewer"
    ? `Viewers look only: a member may ${what}, and an administrator can make you one.`
    : `Log in to ${what}.`;
}

/** A stream that ended may have ended with the session. */
async function check() {
  const now = await ask("/me");
  if (now.session === known?.session) return;
  if (now.role === "nobody") leave();
  else location.reload(); // as somebody else
}

events.listen({
  connection({ live }) {
    if (!live && known && known.mode !== "none") check().catch(() => {});
  },
});
