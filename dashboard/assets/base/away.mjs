/** A line on every page that has no strip of its own: the server says nothing, or is not there. */

import { SILENT_S, listen } from "../live/events.mjs";
import { at } from "./elements.mjs";

/** @type {?Connection} */
let state = null;

function show() {
  const line = at("away");
  if (!line) return;
  const told = state && !state.live && !at("connection")?.checkVisibility();
  line.hidden = !told;
  if (!state || !told) return;
  line.textContent = state.silent
    ? `No news from the server for ${SILENT_S} s: what is shown may be old.`
    : "The server cannot be reached. Trying again ...";
}

window.addEventListener("netspace:page", show);
listen({
  connection(now) {
    state = now;
    show();
  },
});
