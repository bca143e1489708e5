/**
 * Figures leave by the menu on their card (dashboard/pages/figures.py): as SVG, PNG or PDF for a
 * paper, or as the numbers that are drawn.
 *
 * The server says what is drawn (dashboard/papers.py), Plotly draws it here; a PNG is what the
 * browser paints of that, a PDF what the server writes of it.
 */

import { fetched } from "../live/rest.mjs";
import { nextFrame } from "./axes.mjs";
import { around } from "./elements.mjs";
import { API, PREFIX } from "./shell.mjs";

const DOTS_AN_INCH = 600;
const PIXELS_AN_INCH = 96; // of CSS
const LOADING_MS = 30_000; // Plotly, where a page has drawn no axes yet

/**
 * What a figure is of.
 * @typedef {object} Offer
 * @property {string} path below the width: "edf"
 * @property {string} query of it
 * @property {string} [csv] REST's address of the numbers, where it has them
 */

/** @type {Map<string, () => ?Offer>} */
const offers = new Map();

/** Say what a card's figure is of, when it is asked for. @param {string} name @param {() => ?Offer} about */
export const offer = (name, about) => void offers.set(name, about);

document.addEventListener("click", (event) => {
  const pressed = around(event, ".figure-menu :is([data-width], [data-format])");
  const menu = pressed?.closest(".figure-menu");
  if (!(pressed instanceof HTMLElement) || !(menu instanceof HTMLDetailsElement)) return;
  const { width, format } = pressed.dataset;
  if (width) choose(width);
  else if (format) save(menu, format);
});

/** A width, in all menus: who saves one figure of a paper saves others. */
function choose(width) {
  for (const one of document.querySelectorAll(".figure-menu [data-width]")) {
    if (one instanceof HTMLElement) {
      one.setAttribute("aria-pressed", String(one.dataset.width === width));
    }
  }
}

/** @param {HTMLDetailsElement} menu */
async function save(menu, format) {
  const said = /** @type {HTMLElement} */ (menu.querySelector(".figure-said"));
  const tell = (text) => { said.textContent = text; };
  if (menu.getAttribute("aria-busy") === "true") return;
  menu.setAttribute("aria-busy", "true");
  tell("drawing ...");
  try {
    const about = offers.get(menu.dataset.figure ?? "")?.();
    if (!about) throw new Error("There is nothing to save yet.");
    const chosen = menu.querySelector("[data-width][aria-pressed=true]");
    const width = chosen instanceof HTMLElement ? chosen.dataset.width ?? "one" : "one";
    const file = format === "csv" ? await numbers(about, width) : await drawing(about, width, format);
    download(file);
    tell(`saved: ${file.name}`);
  } catch (error) {
    tell(String(error.message ?? error));
  }
  menu.setAttribute("aria-busy", "false");
}

/** @param {Offer} about @returns {Promise<File>} */
async function numbers({ path, query, csv }, width) {
  const address = csv ? `${API}${csv}` : `${PREFIX}figures/${width}/${path}.csv?${query}`;
  const answer = await fetched(address);
  const named = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "");
  return new File([await answer.blob()], named?.[1] ?? `${path}.csv`, { type: "text/csv" });
}

/** @param {Offer} about @returns {Promise<File>} */
async function drawing({ path, query }, width, format) {
  const answer = await fetched(`${PREFIX}figures/${width}/${path}.json?${query}`);
  const paper = /** @type {PaperRead} */ (await answer.json());
  const svg = await drawn(paper);
  const called = `${paper.name}.${format}`;
  if (format === "svg") return new File([svg], called, { type: "image/svg+xml" });
  if (format === "png") return new File([await painted(svg, paper)], called, { type: "image/png" });
  const pdf = await fetched(`${PREFIX}figures/pdf`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ svg, title: paper.title.slice(0, 200) }),
  });
  return new File([await pdf.blob()], called, { type: "application/pdf" });
}

/** The SVG of a figure, in millimetres. @param {PaperRead} paper @returns {Promise<string>} */
async function drawn({ figure, width, height, mm }) {
  const plotly = await loaded();
  const address = await plotly.toImage(figure, { format: "svg", width, height });
  const svg = decodeURIComponent(address.slice(address.indexOf(",") + 1));
  const tall = ((height * mm) / width).toFixed(3);
  return svg.replace(/(<svg\b[^>]*?) width="[^"]*" height="[^"]*"/, `$1 width="${mm}mm" height="${tall}mm"`);
}

/** What the browser paints of an SVG. @param {string} svg @param {PaperRead} paper */
async function painted(svg, { width, height }) {
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`; // the page's policy takes no blob
  await image.decode();
  const canvas = document.createElement("canvas");
  const scale = DOTS_AN_INCH / PIXELS_AN_INCH;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((resolve) => { canvas.toBlob(resolve, "image/png"); });
  if (!blob) throw new Error("The browser could not paint it.");
  return blob;
}

async function loaded() {
  const end = performance.now() + LOADING_MS;
  while (!window.Plotly?.toImage) {
    if (performance.now() > end) throw new Error("What draws figures has not loaded: no axes are shown yet.");
    await nextFrame();
  }
  return window.Plotly;
}

/** @param {File} file */
function download(file) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
