/** The cards of My account, made of what REST says: MeRead, SessionRead, TokenRead. */

import { h } from "../base/elements.mjs";
import { once } from "../base/once.mjs";
import { act } from "../base/requests.mjs";
import { bad, code, head, moment, muted, row, table } from "../base/table.mjs";
import { ROOT } from "../base/shell.mjs";

/** What a role may do. @type {Record<string, string>} */
const ROLES = {
  viewer: "sees what the lab shares, and changes nothing",
  member: "makes populations, design spaces and regimes, and steers what is his own",
  admin: "steers everybody's work, and looks after accounts",
};
/** What a token of a scope is for. @type {Record<string, string>} */
const SCOPES = {
  read: "see whatever you see",
  submit: "define, create, pause, cancel",
  worker: "nothing yet: workers show the database's password",
  metrics: "the numbers of /metrics, for Prometheus",
  admin: "accounts, tokens, the audit",
};
/** How the server lets in. @type {Record<string, string>} */
const MODES = {
  key: "By a link with a key, which was printed when the server started. There are no accounts: "
    + "whoever has come in may do everything.",
  accounts: "By an account, with a password or by the lab's provider of logins.",
};

/** @param {MeRead} me */
export function who(me) {
  if (me.mode === "none") return withoutLogins();
  if (me.role === "nobody") {
    return h("div", {}, head(h("h2", {}, "You have not logged in")),
      muted("You see what is public. Log in, above, to have an account here."));
  }
  const facts = me.id === null ? [] : [["Name", me.name], ["Role", `${me.role}: ${ROLES[me.role]}`]];
  const told = [...facts, ["This server lets in", MODES[me.mode]]];
  return h("div", {},
    head(h("h2", {}, "Who you are"), h("span", { class: "spring" }),
      h("form", { method: "post", action: `${ROOT}/auth/logout` },
        h("button", { class: "button" }, "Log out"))),
    h("dl", { class: "told" }, told.flatMap(([name, text]) =>
      [h("dt", {}, name), h("dd", {}, text)])));
}

/** Whether this page came from the machine that shows it, or by a tunnel from another. */
const isLocal = () => /^(localhost|127\.[\d.]+|\[::1\])$/.test(location.hostname);

const withoutLogins = () => h("div", {},
  head(h("h2", {}, "This server has no logins")),
  h("p", {}, isLocal()
    ? "Everybody with an account on this machine can use it, and do everything here."
    : "Whoever reaches this address can use it, and do everything here."),
  h("p", { class: "muted" }, "Where other people use the machine, start it with ",
    code("NETSPACE_AUTH=key"), "; for a lab, ", code("make lab"), " has accounts."));

/** A browser by what it says of itself: "Firefox 140, Linux". @param {string} agent */
export function browser(agent) {
  const [, name, version] = /(Firefox|Edg|OPR|Chrome|Version)\/(\d+)/.exec(agent) ?? [];
  if (!name) return agent.slice(0, 40) || "–";
  const [system] = /Windows|Android|iPhone|iPad|Mac OS X|Linux/.exec(agent) ?? ["?"];
  const called = { Edg: "Edge", OPR: "Opera", Version: "Safari" }[name] ?? name;
  return `${called} ${version}, ${system}`;
}

/** @param {SessionRead[]} items @param {MeRead} me */
export function sessions(items, me) {
  const rows = items.map((one) => row(one.id, [
    h("span", { title: one.agent }, browser(one.agent)),
    one.address,
    moment(one.created_at), moment(one.seen_at), moment(one.expires_at),
    one.id === me.session ? h("b", {}, "this one")
      : act("End", "log out there", {
        method: "DELETE", path: `/me/sessions/${one.id}`, said: "that session has ended",
      }),
  ]));
  return h("div", {},
    head(h("h2", {}, "Sessions"), h("span", { class: "muted note" }, "where you are logged in")),
    table(["Browser", "Address", "Began", "Last used", "Ends", ""], rows));
}

/** How a token stands. @param {TokenRead} one */
export function standing({ revoked, expires_at: end }, now = Date.now()) {
  if (revoked) return bad("revoked");
  return end !== null && end < now ? bad("expired") : null;
}

/** What revokes a token. @param {TokenRead} one @param {string} path */
export const revoke = ({ id, name }, path) =>
  act("Revoke", "let it let nobody in any more", {
    method: "DELETE", path: `${path}/${id}`, said: `${name} is revoked`,
    question: [`Revoke the token ${name}?`, "Whatever shows it is refused from now on.", "Revoke it"],
  });

/** @param {TokenRead[]} items @param {MeRead} me @param {?NewTokenRead} made just now */
export function tokens(items, me, made) {
  const rows = items.map((one) => row(one.id, [
    one.name, code(`${one.prefix}…`), one.scopes.join(", "), moment(one.created_at),
    one.used_at === null ? "never" : moment(one.used_at),
    one.expires_at === null ? "never" : moment(one.expires_at),
    standing(one) ?? revoke(one, "/me/tokens"),
  ]));
  return h("div", {},
    head(h("h2", {}, "API tokens"),
      h("span", { class: "muted note" }, "what scripts and notebooks show: Authorization: Bearer ns_…")),
    rows.length
      ? table(["Name", "Begins with", "Scopes", "Made", "Last used", "Expires", ""], rows)
      : muted("You have no token."),
    made ? once(made.secret, `secret of ${made.token.name}`,
      `This is the secret of ${made.token.name}. It is shown this once: copy it now.`) : null,
    form(me));
}

/** @param {MeRead} me */
const form = (me) => h("form", { id: "account-token", class: "fields", "aria-label": "new token" },
  h("label", {}, "Name", h("input", {
    name: "name", required: true, maxlength: 100, placeholder: "what will show it", autocomplete: "off",
  })),
  h("fieldset", {},
    h("legend", {}, "Scopes"),
    Object.keys(SCOPES).filter((scope) => me.gives.includes(scope)).map((scope) => h("label", { class: "check" },
      h("input", { type: "checkbox", name: "scopes", value: scope, checked: scope === "read" }),
      h("span", {}, h("b", {}, scope), ` ${SCOPES[scope]}`)))),
  h("label", {}, "Days until it expires", h("select", { name: "days" },
    [["7", "7"], ["30", "30"], ["90", "90"], ["366", "366"], ["", "it never does"]].map(([value, text]) =>
      h("option", { value, selected: value === "90" }, text)))),
  h("div", { class: "acts" }, h("button", { class: "button primary" }, "Make a token")));

/** @param {MeRead} me */
export const password = (me) => h("div", {},
  head(h("h2", {}, "Password")),
  h("form", { id: "account-password-form", class: "fields", "aria-label": "password" },
    h("input", { name: "username", autocomplete: "username", value: me.name, hidden: true }),
    h("label", {}, "Present password", h("input", {
      type: "password", name: "present", autocomplete: "current-password", required: true,
    })),
    h("label", {}, "New password", h("input", {
      type: "password", name: "new", autocomplete: "new-password", required: true,
    })),
    muted("All your sessions end, this one, too: you log in by the new one. Tokens stay."),
    h("div", { class: "acts" }, h("button", { class: "button primary" }, "Change it"))));
