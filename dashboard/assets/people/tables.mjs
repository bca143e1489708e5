/** The cards of People, made of what REST says: UserRead, SessionRead, TokenRead, DeedsRead. */

import { browser, revoke, standing } from "../account/cards.mjs";
import { h } from "../base/elements.mjs";
import { once } from "../base/once.mjs";
import { act } from "../base/requests.mjs";
import { bad, code, head, moment, muted, row, table } from "../base/table.mjs";
import { API, ROOT } from "../base/shell.mjs";

/** From less to more. */
export const ROLES = ["viewer", "member", "admin"];
const HOURS = "it works once, for";

/** A link that was made just now, and for whom. @param {MadeLink} made */
const told = ({ link, name }) => once(`${location.origin}${ROOT}${link.path}`, "link",
  `Give this link to ${name}: ${HOURS} ${link.hours} hours. It is shown this once.`);

/** @param {UserRead[]} items @param {MeRead} me @param {?MadeLink} made */
export function accounts(items, me, made) {
  const rows = items.map((one) => row(one.id, [
    h("span", {}, one.name, one.id === me.id ? h("span", { class: "muted" }, " (you)") : null),
    h("select", { "data-person": one.id, "data-role": one.role, "data-name": one.name,
      "aria-label": `role of ${one.name}` },
    ROLES.map((role) => h("option", { value: role, selected: role === one.role }, role))),
    one.enters_by,
    moment(one.created_at),
    one.disabled ? bad("disabled") : "may come in",
    h("div", { class: "acts" }, one.disabled ? enable(one) : disable(one),
      one.enters_by === "password" && !one.disabled ? passwordLink(one) : null),
  ]));
  return h("div", {},
    head(h("h2", {}, "Accounts")),
    table(["Name", "Role", "Enters by", "Since", "Standing", ""], rows),
    made?.user !== undefined ? told(made) : null);
}

/** @param {UserRead} one */
const enable = ({ id, name }) => act("Enable", "let him in again", {
  method: "PATCH", path: `/people/${id}`, body: { disabled: false }, said: `${name} may come in again`,
});

/** @param {UserRead} one */
const disable = ({ id, name }) => act("Disable", "let him in no more", {
  method: "PATCH", path: `/people/${id}`, body: { disabled: true }, said: `${name} is let in no more`,
  question: [`Disable the account of ${name}?`,
    "All its sessions end and its tokens are refused. What it made stays, and its jobs go on.",
    "Disable it"],
});

/** @param {UserRead} one */
const passwordLink = ({ id, name }) => act("Password link", "a link by which he chooses another password", {
  method: "POST", path: `/people/${id}/password-link`, said: `a link for ${name} is made`, whom: name,
});

/** @param {?MadeLink} made */
export const invitation = (made) => h("div", {},
  head(h("h2", {}, "Invite"), h("span", { class: "muted note" }, "a link by which somebody makes an account")),
  h("form", { id: "people-invitation", class: "acts", "aria-label": "invite" },
    h("label", {}, "as ", h("select", { name: "role" },
      ROLES.map((role) => h("option", { value: role, selected: role === "member" }, role)))),
    h("button", { class: "button primary" }, "Make a link")),
  made && made.user === undefined ? told(made) : null);

/** @param {SessionRead[]} items @param {MeRead} me */
export function sessions(items, me) {
  const rows = items.map((one) => row(one.id, [
    one.user ?? "by key",
    h("span", { title: one.agent }, browser(one.agent)),
    one.address, moment(one.created_at), moment(one.seen_at), moment(one.expires_at),
    one.id === me.session ? h("b", {}, "this one")
      : act("End", "log him out there", {
        method: "DELETE", path: `/sessions/${one.id}`,
        said: `that session of ${one.user ?? "the key"} has ended`,
      }),
  ]));
  return h("div", {},
    head(h("h2", {}, "Sessions"), h("span", { class: "muted note" }, "who is logged in, and where")),
    table(["Who", "Browser", "Address", "Began", "Last used", "Ends", ""], rows));
}

/** @param {TokenRead[]} items */
export function tokens(items) {
  const rows = items.map((one) => row(one.id, [
    one.user ?? "by key", one.name, code(`${one.prefix}…`), one.scopes.join(", "), moment(one.created_at),
    one.used_at === null ? "never" : moment(one.used_at),
    one.expires_at === null ? "never" : moment(one.expires_at),
    standing(one) ?? revoke(one, "/tokens"),
  ]));
  return h("div", {},
    head(h("h2", {}, "API tokens")),
    rows.length
      ? table(["Whose", "Name", "Begins with", "Scopes", "Made", "Last used", "Expires", ""], rows)
      : muted("Nobody has a token."));
}

// ---------------------------------------------------------------- the audit

const KINDS = [
  "population", "job", "watch", "design space", "regime", "user", "session", "token", "link",
];

/** The parameters of a search, as REST takes them. @param {AuditSearch} search */
export function query({ actor, what, kind, since, until }) {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries({ actor, what, kind })) if (value) parts.set(name, value);
  for (const [name, value] of Object.entries({ since, until })) {
    const ms = new Date(value).getTime();
    if (value && Number.isFinite(ms) && ms >= 0) parts.set(name, String(ms));
  }
  return parts;
}

/** @param {DeedRead} one */
const detail = ({ detail: given }) => Object.entries(given)
  .filter(([, value]) => value !== null)
  .map(([name, value]) => `${name} ${typeof value === "object" ? [value].flat().join(", ") : value}`)
  .join("; ");

/** @param {DeedsRead} found @param {AuditSearch} search @param {(to: object) => string} address */
export function audit(found, search, address) {
  const link = (text, to) => h("a", { href: address(to), "data-local": true }, text);
  const rows = found.items.map((one) => row(one.id, [
    moment(one.at),
    h("span", {}, one.actor, one.token ? " by " : null, one.token ? code(one.token) : null),
    one.address ?? "–",
    one.what,
    one.kind ? `${one.kind} ${one.object_id ?? ""}` : "–",
    h("span", { class: "detail" }, detail(one)),
  ]));
  const parts = query(search);
  return h("div", {},
    head(h("h2", {}, "Audit"), h("span", { class: "muted note" }, "who did what, the latest first"),
      h("span", { class: "spring" }),
      search.before ? link("‹ latest", { before: 0 }) : null,
      found.next ? link("older ›", { before: found.next }) : null,
      h("a", { class: "button small", href: `${API}/audit.jsonl?${parts}`, download: "audit.jsonl" },
        "Download JSONL")),
    form(search),
    rows.length
      ? table(["When", "Who", "Address", "What", "On", "Detail"], rows)
      : muted("Nothing is found."));
}

/** @param {AuditSearch} search */
function form(search) {
  const field = (name, label, properties) =>
    h("label", {}, label, h("input", { name, value: search[name], autocomplete: "off", ...properties }));
  return h("form", { id: "people-search", class: "fields inline", "aria-label": "search the audit" },
    field("actor", "Who", { placeholder: "name", maxlength: 100 }),
    field("what", "What, how it begins", { placeholder: "cancelled", maxlength: 100 }),
    h("label", {}, "On", h("select", { name: "kind" },
      ["", ...KINDS].map((kind) =>
        h("option", { value: kind, selected: kind === search.kind }, kind || "anything")))),
    field("since", "From", { type: "datetime-local" }),
    field("until", "Until", { type: "datetime-local" }),
    h("button", { class: "button" }, "Search"));
}
