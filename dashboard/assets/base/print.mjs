/**
 * A page on paper: a head says what it shows, when and where, and plots keep the size that they
 * have on the screen, made as small as the sheet asks (print.css): nothing is drawn anew while a
 * browser prints, so axes and what lies over them have to shrink together.
 */

import { h } from "./elements.mjs";

const WIDE = 690; // CSS pixels between the margins of A4, inside of a card
const PLOTS = ".explore .card > :nth-child(2):has(.frame), .study .plots, .small-plot";

/** @type {?HTMLElement} */
let head = null;

window.addEventListener("beforeprint", () => {
  const page = [...document.querySelectorAll("[id^='page-'] > *")].find((one) => one.checkVisibility());
  if (!page) return;
  for (const plot of page.querySelectorAll(PLOTS)) {
    if (plot instanceof HTMLElement) fit(plot);
  }
  head?.remove();
  head = heading(page);
  page.prepend(head);
});

window.addEventListener("afterprint", () => {
  head?.remove();
  head = null;
});

/** @param {HTMLElement} plot */
function fit(plot) {
  const { width, height } = plot.getBoundingClientRect();
  if (!width || !height) return;
  const used = Math.min(width, Number(plot.dataset.used ?? width)); // few leave room at their right
  plot.style.setProperty("--print-full", `${width}px`);
  plot.style.setProperty("--print-width", `${used}px`);
  plot.style.setProperty("--print-height", `${height}px`);
  plot.style.setProperty("--print-fit", String(Math.min(1, WIDE / used)));
}

/** @param {Element} page */
function heading(page) {
  const title = page.querySelector("h1")?.textContent ?? "";
  const told = page.id === "explore" ? ofExplore(page) : ofForm(page);
  const now = new Date();
  const date = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())} `
    + `${two(now.getHours())}:${two(now.getMinutes())}`;
  return h("section", { class: "print-head" },
    h("p", { class: "print-title" }, h("b", {}, `netspace · ${title}`), h("span", {}, date)),
    ...told.map((line) => h("p", {}, line)),
    h("p", { class: "print-address" }, location.href));
}

const two = (n) => String(n).padStart(2, "0");

/** The populations, what passes, and by what it is judged. @param {Element} page */
function ofExplore(page) {
  const value = (id) => /** @type {?HTMLInputElement} */ (page.querySelector(`#${id}`))?.value ?? "";
  const text = (id) => page.querySelector(`#${id}`)?.textContent ?? "";
  const rival = value("against");
  const asked = Object.entries(JSON.parse(/** @type {HTMLElement} */ (page).dataset.committed ?? "{}"));
  const constraints = asked.map((pair) => pair.join(" = ")).join(", ");
  return [
    rival ? `${value("population")}, against ${rival}` : value("population"),
    `constraints: ${constraints || "none"}`,
    `${text("passing")} ${text("passing-of")}; judged by ${value("judged-by")}`,
  ];
}

/** What a form asks: of each row what is picked and written. @param {Element} page */
function ofForm(page) {
  const controls = [...page.querySelectorAll("#compare-question :is(select, input), .study-form :is(select, input)")];
  /** @type {Map<Element, string[]>} */
  const rows = new Map();
  for (const control of controls) {
    const said = valueOf(control);
    if (!said) continue;
    const row = control.closest("li") ?? control.closest("fieldset") ?? control;
    rows.set(row, [...(rows.get(row) ?? []), said]);
  }
  const sides = [...rows].filter(([row]) => row.matches("li")).map(([, parts], i) => `${i + 1}: ${parts.join(", ")}`);
  const others = [...rows].filter(([row]) => !row.matches("li")).map(([, parts]) => parts.join(", "));
  return [...sides, others.join(" · ")].filter(Boolean);
}

/** @param {Element} control @returns {string} "": nothing is asked by it */
function valueOf(control) {
  const label = control.closest("label");
  const name = [...label?.childNodes ?? []].find((node) => node.nodeType === Node.TEXT_NODE)?.textContent?.trim();
  const named = (text) => (name ? `${name} ${text}` : text);
  if (control instanceof HTMLSelectElement) {
    const chosen = control.selectedOptions[0]?.textContent ?? "";
    return control.closest("li") ? chosen : named(chosen);
  }
  if (!(control instanceof HTMLInputElement)) return "";
  if (control.type === "checkbox") return control.checked ? label?.textContent ?? "" : "";
  return control.value && (control.closest("li") ? control.value : named(control.value));
}
