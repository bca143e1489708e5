/** In the header of each page: who one is and the way out; nothing where there are no logins. */

import { listen } from "../live/events.mjs";
import { address, leave } from "../live/login.mjs";
import { may, me } from "../live/me.mjs";
import { go } from "./dash.mjs";
import { around, h } from "./elements.mjs";
import { PREFIX, ROOT } from "./shell.mjs";

async function show() {
  const one = await me();
  if (one.mode === "none") return;
  document.documentElement.dataset.logins = one.mode;
  for (const place of document.querySelectorAll(".who")) {
    if (!place.querySelector(".menu")?.hasAttribute("open")) place.replaceChildren(...parts(one));
    place.hidden = false;
  }
}

/** @param {MeRead} one */
function parts(one) {
  if (one.role === "nobody") return [h("a", { class: "button", href: address() }, "Log in")];
  const name = one.id === null ? "My account" : one.name;
  return [
    h("details", { class: "menu" },
      h("summary", { class: "button", title: `${one.name}, ${one.role}` }, h("span", {}, name)),
      h("div", { class: "popover" },
        h("p", { class: "muted" }, `${one.name}, ${one.role}`),
        link("account", "My account"),
        may("people") ? link("people", "People") : null,
        h("form", { method: "post", action: `${ROOT}/auth/logout` },
          h("button", { class: "button" }, "Log out")))),
  ];
}

const link = (page, title) =>
  h("a", { class: "button", href: `${PREFIX}${page}`, "data-page": page }, title);

document.addEventListener("click", (event) => {
  const to = around(event, ".who a");
  if (!to || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (!to.dataset.page) {
    leave();
    return;
  }
  to.closest("details")?.removeAttribute("open");
  go(`${PREFIX}${to.dataset.page}`);
});

const again = () => void show().catch(() => {}); // who is away says nothing: it is asked again
window.addEventListener("netspace:page", again);
listen({ connection: ({ live }) => live && again() });
