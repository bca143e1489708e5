/** People in the browser: asks REST, shows the cards, and turns buttons and forms into requests. */

import { tell, unchanged } from "../base/dash.mjs";
import { around, at, changed, h, morph } from "../base/elements.mjs";
import { ID, Link } from "../base/link.mjs";
import { Notes } from "../base/notes.mjs";
import { listen, perform } from "../base/requests.mjs";
import { muted } from "../base/table.mjs";
import { may, me } from "../live/me.mjs";
import { ask } from "../live/rest.mjs";
import * as tables from "./tables.mjs";

const NAMES = ["actor", "what", "kind", "since", "until"];
const PER_PAGE = 50;
const notes = new Notes("people");

/** @type {?AuditSearch} while the page is shown */
let search = null;
/** @type {?MadeLink} that was made just now: told until the page is left */
let made = null;

/** Show what the address looks for, where this page is shown. */
export function show(pathname, given) {
  const isShown = /\/people\/?$/.test(pathname ?? "");
  if (!isShown) made = null;
  search = isShown ? read(given ?? "") : null;
  if (search) draw();
  return unchanged();
}

/** @returns {AuditSearch} */
function read(given) {
  const link = new Link(given, [...NAMES, "before"]).refuseOthers();
  const [actor, what, kind, since, until] = NAMES.map((name) => link.text(name).trim());
  const before = link.number("before", ID, "the newest are listed") ?? 0;
  notes.read(link.problems);
  return { actor, what, kind, since, until, before };
}

/** The inverse of `read`. @param {AuditSearch} wanted */
function write(wanted) {
  const parts = Object.entries(wanted).filter(([, value]) => value).map(([name, value]) =>
    [name, String(value)]);
  return `?${new URLSearchParams(parts)}`;
}

const say = (text) => { at("people-said").textContent = text; };

async function draw() {
  const wanted = search;
  try {
    const one = await me();
    if (!may("people")) return refuse(one);
    if (wanted) await fillAll(one, wanted);
  } catch (error) {
    say(error.message);
  }
  return undefined;
}

/** @param {MeRead} one @param {AuditSearch} wanted */
async function fillAll(one, wanted) {
  const parts = tables.query(wanted);
  parts.set("limit", String(PER_PAGE));
  if (wanted.before) parts.set("after", String(wanted.before));
  const found = await ask(`/audit?${parts}`);
  const [users, sessions, tokens] = one.mode === "none" ? [] : await Promise.all(
    [ask("/people"), ask("/sessions"), ask("/tokens")]);
  if (wanted !== search) return;
  const hasAccounts = one.mode === "accounts";
  fill("why", hasAccounts ? null : h("div", {}, muted(WITHOUT[one.mode])));
  fill("accounts", hasAccounts ? tables.accounts(users.items, one, made) : null);
  fill("invite", hasAccounts ? tables.invitation(made) : null);
  fill("sessions", sessions ? tables.sessions(sessions.items, one) : null);
  fill("tokens", tokens ? tables.tokens(tokens.items) : null);
  fill("audit", tables.audit(found, wanted, (to) => write({ ...wanted, ...to })));
}

const WITHOUT = {
  none: "This server has no logins, so it has no accounts. What was done is noted all the same.",
  key: "This server lets in by a link with a key, so it has no accounts.",
};

/** @param {MeRead} one */
function refuse(one) {
  for (const name of ["accounts", "invite", "sessions", "tokens", "audit"]) fill(name, null);
  const why = one.role === "nobody"
    ? "you have not logged in. Log in, above, or ask one of them to invite you."
    : `${one.name} is a ${one.role}. Ask one of them to invite somebody, or for another role. `
      + "Your own account is under your name, above.";
  fill("why", h("div", {}, h("p", {}, `Administrators look after accounts, and ${why}`)));
}

/** @param {string} name @param {?Node} content null: there is no such card now */
function fill(name, content) {
  const card = at(`people-${name}`);
  card.hidden = !content;
  if (content) morph(card.firstElementChild, content);
}

/** @param {import("../base/requests.mjs").Request} request */
async function act(request) {
  const answer = await perform(request, say);
  const user = /^\/people\/(\d+)\/password-link$/.exec(request.path)?.[1];
  if (answer && user) made = { link: answer, user: Number(user), name: request.whom ?? "" };
  draw();
}

listen("#people", act);

/** @param {string} role */
async function invite(role) {
  const answer = await perform({
    method: "POST", path: "/invitations", body: { role }, said: "an invitation is made",
  }, say);
  if (answer) made = { link: answer, name: `whoever is to join as ${role}` };
  draw();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) return;
  if (form.id === "people-invitation") invite(String(new FormData(form).get("role")));
  else if (form.id === "people-search") look(new FormData(form));
  else return;
  event.preventDefault();
});

/** @param {FormData} given */
function look(given) {
  const [actor, what, kind, since, until] = NAMES.map((name) => String(given.get(name) ?? "").trim());
  tell("location", { search: write({ actor, what, kind, since, until, before: 0 }) });
}

document.addEventListener("click", (event) => {
  const link = around(event, "#people a[data-local]");
  if (!(link instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  tell("location", { search: link.search });
});

document.addEventListener("change", (event) => {
  const control = changed(event, "#people select[data-person]");
  if (control) changeRole(control);
});

/** A role that takes rights away is asked about. @param {HTMLInputElement | HTMLSelectElement} control */
async function changeRole(control) {
  const { person, role: before = "", name } = control.dataset;
  const role = control.value;
  const isLess = tables.ROLES.indexOf(role) < tables.ROLES.indexOf(before);
  control.value = before; // until the server says so
  control.blur();
  await act({
    method: "PATCH", path: `/people/${person}`, body: { role }, said: `${name} is now ${role}`,
    question: isLess ? [`Make ${name} a ${role}?`,
      `A ${role} may do less than ${before === "admin" ? "an admin" : `a ${before}`}. All sessions `
      + "of the account end; its tokens lose what the role no longer gives.", `Make ${name} a ${role}`]
      : undefined,
  });
}
