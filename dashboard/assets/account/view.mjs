/** My account in the browser: asks REST, shows the cards, and turns forms into requests. */

import { unchanged } from "../base/dash.mjs";
import { at, morph } from "../base/elements.mjs";
import { Link } from "../base/link.mjs";
import { Notes } from "../base/notes.mjs";
import { listen, perform } from "../base/requests.mjs";
import { leave } from "../live/login.mjs";
import { me } from "../live/me.mjs";
import { ask } from "../live/rest.mjs";
import * as cards from "./cards.mjs";

const notes = new Notes("account");
/** @type {?NewTokenRead} that was made just now: its secret is told until the page is left */
let made = null;

/** Show what there is, where this page is shown. */
export function show(pathname) {
  made = null;
  if (/\/account\/?$/.test(pathname ?? "")) {
    notes.read(new Link(location.search, []).refuseOthers().problems);
    draw();
  }
  return unchanged();
}

const say = (text) => { at("account-said").textContent = text; };

async function draw() {
  try {
    const one = await me();
    const isIn = one.mode !== "none" && one.role !== "nobody";
    const [sessions, tokens] = isIn
      ? await Promise.all([ask("/me/sessions"), ask("/me/tokens")]) : [null, null];
    fill("who", cards.who(one));
    fill("sessions", sessions && cards.sessions(sessions.items, one));
    fill("tokens", tokens && cards.tokens(tokens.items, one, made));
    fill("password", one.enters_by === "password" ? cards.password(one) : null);
  } catch (error) {
    say(error.message);
  }
}

/** @param {string} name @param {?Node} content null: there is no such card here */
function fill(name, content) {
  const card = at(`account-${name}`);
  card.hidden = !content;
  if (content) morph(card.firstElementChild, content);
}

listen("#account", async (request) => {
  await perform(request, say);
  draw();
});

/** @param {FormData} given */
async function makeToken(given) {
  const days = String(given.get("days"));
  const answer = await perform({
    method: "POST", path: "/me/tokens", said: "a token is made",
    body: { name: given.get("name"), scopes: given.getAll("scopes"), days: days ? Number(days) : null },
  }, say);
  if (!answer) return;
  made = answer;
  at("account-token").reset();
  draw();
}

/** @param {FormData} given */
async function changePassword(given) {
  const body = { present: given.get("present"), new: given.get("new") };
  const said = "the password is changed";
  const answer = await perform({ method: "POST", path: "/me/password", body, said }, say);
  if (answer !== undefined) leave();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) return;
  if (form.id === "account-token") makeToken(new FormData(form));
  else if (form.id === "account-password-form") changePassword(new FormData(form));
  else return;
  event.preventDefault();
});
