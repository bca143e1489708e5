/**
 * A page on paper: a head says what it shows, when and where, and plots are as wide as the sheet,
 * or as half of it. Nothing is drawn anew while a browser prints, so axes and what lies over them
 * grow or shrink together (`zoom`, print.css), and small plots on one frame are cut out of it. A
 * copy is printed: what stands on the page would draw itself anew for the sheet, and be too late.
 */

import { h } from "./elements.mjs";

const WIDE = 668; // CSS pixels between the margins of A4, inside of a card
const TALL = 440; // .. of a plot at most: others stand on its page, too
const GAP = 12; // between two that stand side by side
const LEAST = 0.7; // of its size on the screen is what a small plot is still read at
const DRAWN = ".explore .frame, .small-plot > [id$='-place']"; // anew, where their size changes
const PLOTS = ".explore .card > :nth-child(2):has(.frame), .small-plot";

/** @typedef {{x: number, y: number, w: number, h: number}} Cell what is a small plot's of its frame */

/** @type {?HTMLElement} */
let head = null;

window.addEventListener("beforeprint", () => {
  const page = [...document.querySelectorAll("[id^='page-'] > *")].find((one) => one.checkVisibility());
  thrown();
  if (!page) return;
  for (const plot of page.querySelectorAll(PLOTS)) {
    if (plot instanceof HTMLElement) fit(plot);
  }
  for (const plots of page.querySelectorAll(".plots[data-cells]")) {
    if (plots instanceof HTMLElement && plots.checkVisibility()) part(plots);
  }
  for (const one of page.querySelectorAll(DRAWN)) {
    if (one instanceof HTMLElement && one.checkVisibility()) one.after(copyOf(one));
  }
  head = heading(page);
  page.prepend(head);
});

window.addEventListener("afterprint", thrown);

/** Nothing of the sheet is left on the page. */
function thrown() {
  for (const one of document.querySelectorAll(".print-cells, .print-copy")) one.remove();
  head?.remove();
  head = null;
}

/** What stands somewhere, of the same size, that nobody draws. @param {HTMLElement} one */
function copyOf(one) {
  const copy = /** @type {HTMLElement} */ (one.cloneNode(true));
  for (const named of [copy, ...copy.querySelectorAll("[id]:not(svg [id])")]) named.removeAttribute("id");
  const drawn = one.querySelectorAll("canvas");
  for (const [i, canvas] of copy.querySelectorAll("canvas").entries()) canvas.getContext("2d")?.drawImage(drawn[i], 0, 0);
  copy.classList.add("print-copy");
  copy.style.width = `${one.clientWidth}px`;
  copy.style.height = `${one.clientHeight}px`;
  return copy;
}

/** @param {HTMLElement} plot */
function fit(plot) {
  const { width, height } = plot.getBoundingClientRect();
  if (!width || !height) return;
  plot.style.setProperty("--print-width", `${width}px`);
  plot.style.setProperty("--print-height", `${height}px`);
  plot.style.setProperty("--print-fit", String(Math.min(WIDE / width, TALL / height)));
}

/** Small plots one by one, two side by side where they can be read so. @param {HTMLElement} plots */
function part(plots) {
  /** @type {Cell[]} */
  const cells = JSON.parse(plots.dataset.cells ?? "[]");
  const widest = Math.max(...cells.map(({ w }) => w));
  const half = (WIDE - GAP) / 2 / widest;
  const scale = cells.length > 1 && half >= LEAST ? half : WIDE / widest;
  plots.after(h("div", { class: "print-cells" }, cells.map((cell) => cut(plots, cell, scale))));
}

/**
 * A small plot cut out of its frame: a copy of the axes behind a copy of its pixels.
 * @param {HTMLElement} plots @param {Cell} cell @param {number} scale
 */
function cut(plots, { x, y, w, h: high }, scale) {
  const axes = /** @type {HTMLElement} */ (plots.querySelector(".frame-axes"));
  const drawn = /** @type {HTMLCanvasElement} */ (plots.querySelector("canvas"));
  const copy = copyOf(axes);
  copy.style.left = `${-x}px`;
  copy.style.top = `${-y}px`;
  const pixels = document.createElement("canvas");
  const ratio = drawn.width / axes.clientWidth;
  pixels.width = Math.round(w * ratio);
  pixels.height = Math.round(high * ratio);
  pixels.getContext("2d")?.drawImage(drawn, -x * ratio, -y * ratio);
  pixels.style.cssText = `position: absolute; inset: 0; width: ${w}px; height: ${high}px`;
  return h("div", { class: "print-cell", style: `width: ${w}px; height: ${high}px; zoom: ${scale}` }, copy, pixels);
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
