/** The way to the login, and back to what is shown. */

import { ROOT } from "../base/shell.mjs";

let leaving = false;

/** Where one logs in and comes back to a page of ours, this one unless another is named. */
export function address(page = location.pathname.slice(ROOT.length) + location.search) {
  return `${ROOT}/auth/login?next=${encodeURIComponent(page)}`;
}

/**
 * Go there, once: the session has ended. What was asked for meanwhile is never answered.
 * @param {string} [page] to come back to
 * @returns {Promise<never>}
 */
export function leave(page) {
  if (!leaving) location.assign(address(page));
  leaving = true;
  return new Promise(() => {});
}

window.addEventListener("pageshow", ({ persisted }) => {
  if (persisted) leaving = false; // somebody came back by the browser's history
});
