/**
 * The shell: which page is shown, and the theme, the same on every page.
 *
 * The theme follows the system until somebody toggles it; then it is remembered. It is set on
 * <html> as soon as this is read, in the attribute that Mantine uses, too.
 */

import { nextFrame } from "./axes.mjs";
import { isThere, tell, unchanged } from "./dash.mjs";
import { around } from "./elements.mjs";
import { libraries } from "./libraries.mjs";
import { fetchScripts } from "../scripts.mjs";

const REMEMBERED = "netspace-theme";
const ATTRIBUTE = "data-mantine-color-scheme";
const MANTINE_KEY = "mantine-color-scheme-value";
const system = window.matchMedia("(prefers-color-scheme: dark)");
const root = document.documentElement;

/** Path of the server, from where Dash is mounted below it: "" or "/prefix". */
export const ROOT = location.pathname.replace(/\/app\/.*$|\/app$/, "");

/** Path of the application: "/app/" or "/prefix/app/". */
export const PREFIX = `${ROOT}/app/`;

/** Where REST lies beside it. */
export const API = `${ROOT}/api/v1`;

export const theme = () => localStorage.getItem(REMEMBERED) ?? (system.matches ? "dark" : "light");

function applyTheme() {
  const now = theme();
  root.setAttribute(ATTRIBUTE, now);
  localStorage.setItem(MANTINE_KEY, now);
  if (isThere()) tell("theme", { forceColorScheme: now });
  window.dispatchEvent(new CustomEvent("netspace:theme", { detail: now }));
}

function toggleTheme() {
  localStorage.setItem(REMEMBERED, theme() === "dark" ? "light" : "dark");
  applyTheme();
}

/** Pages that have been looked at, by their path: they are in their places. @type {Set<string>} */
const filled = new Set();
let current = "";
let calls = 0;
let isLacking = false; // scripts of the page that was asked for last, which is said

/**
 * Which pages are hidden, and what is put where a page is looked at for the first time, once its
 * scripts are here.
 * @param {string} pathname of the location
 * @param {Record<string, object>} pages what each consists of, by its path
 * @param {CallbackContext} context of the callback
 * @returns {Promise<unknown[]>} in the order of the callback's outputs
 */
export async function showPage(pathname, pages, { outputs_list: outputs }) {
  const page = (pathname ?? "").replace(/^.*\/app\/?/, "").replace(/\/$/, "");
  current = page;
  calls += 1;
  const call = calls;
  const needs = page === "" ? [] : [fetchScripts(page), libraries()];
  const came = await Promise.all(needs).then(() => true, () => false);
  if (!came && call === calls) await lack();
  const outdated = !came || call !== calls; // the address changed meanwhile: the last call says all
  const isNew = !outdated && !filled.has(page);
  if (!outdated) {
    filled.add(page);
    if (isLacking) tell("problem", { hidden: true });
    isLacking = false;
    tell("theme", { forceColorScheme: theme() });
    arrive(page).catch(console.warn);
  }
  return [outputs].flat().map(({ id, property }) => {
    const path = id.replace("page-", "");
    if (outdated) return unchanged();
    if (property === "hidden") return path !== page;
    return isNew && path === page ? pages[path] : unchanged();
  });
}

/**
 * A page's scripts did not come. A server that has been renewed has others, which come with the
 * whole page; one that is away has none.
 */
async function lack() {
  const answers = await fetch(location.href).then(({ ok }) => ok, () => false);
  if (answers && filled.size) { // else the whole page has just come without them
    location.reload();
    return;
  }
  lackScripts();
}

/** Say that scripts did not come, until a page has its own. */
export function lackScripts() {
  isLacking = true;
  tell("problem", { hidden: false,
    children: "This page's scripts did not come from the server. Load the page again." });
}

/** Tell everybody of a page once it is there, unless it has been left. @param {string} page */
async function arrive(page) {
  const place = `[id="page-${page}"]:not([hidden]) > *`;
  do {
    await nextFrame();
    if (page !== current) return;
  } while (!document.querySelector(place));
  const title = document.querySelector(`[id="page-${page}"] h1`)?.textContent;
  if (title) document.title = `${title} · netspace`;
  aimSkip(page);
  window.dispatchEvent(new CustomEvent("netspace:page", { detail: page }));
}

/** Whether a key press belongs to a field that is being written in. @param {Event} event */
export function isTyping({ target }) {
  if (!(target instanceof Element)) return false;
  const isPressed = target instanceof HTMLInputElement
    && (target.readOnly || ["checkbox", "radio", "button"].includes(target.type));
  return target.matches("input, textarea, select, [contenteditable]") && !isPressed;
}

// ---------------------------------------------------------------- reaching things by keyboard

/** The first that is shown of those that a selector names. @param {string} selector */
const shown = (selector) =>
  [...document.querySelectorAll(selector)].find((element) => element.checkVisibility());

/** The link that skips the header leads to the page that is shown. */
function aimSkip(page) {
  const main = document.querySelector(`[id="page-${page}"] main`);
  if (!main) return;
  main.id ||= `content-${page || "explore"}`;
  document.querySelector(".skip")?.setAttribute("href", `#${main.id}`);
}

/** Past the header, to what the page is about. */
function skip(event) {
  event.preventDefault(); // the address stays what is shown
  const main = shown("main");
  if (!main?.hasAttribute("tabindex")) main?.setAttribute("tabindex", "-1");
  main?.focus();
}

/** The `?` of the page that is shown; one that is open closes by Escape, or a click beside it. */
function help(event) {
  const own = shown(".page-help");
  if (!(own instanceof HTMLDetailsElement)) return;
  own.open = !own.open;
  own.querySelector("summary")?.focus();
  event.preventDefault();
}

/** @param {?EventTarget} beside what stays open where this lies in it */
function closeHelp(beside = null) {
  const open = [...document.querySelectorAll("details")]
    .filter((details) => details.open && details.matches(".page-help, .explained, .menu")
      && !(beside instanceof Node && details.contains(beside)));
  for (const details of open) {
    if (details.contains(document.activeElement)) details.querySelector("summary")?.focus();
    details.open = false;
  }
  return open.length > 0;
}

window.addEventListener("storage", applyTheme);
system.addEventListener("change", applyTheme);
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
  if (event.key === "d" || event.key === "D") toggleTheme();
  if (event.key === "?") help(event);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && closeHelp()) event.stopPropagation();
}, { capture: true });
document.addEventListener("pointerdown", ({ target }) => closeHelp(target));
document.addEventListener("click", (event) => {
  if (around(event, ".skip")) skip(event);
  if (around(event, "#toggle-theme, .toggle-theme")) toggleTheme();
});
root.setAttribute(ATTRIBUTE, theme());
localStorage.setItem(MANTINE_KEY, theme());
