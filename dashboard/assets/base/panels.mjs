/**
 * Small plots on one frame: side by side as there is room, each with its own axes, a title above
 * it, and whatever it draws of itself.
 *
 * Names of columns come from anybody's file, so what is written is written on the canvas, where
 * it is nothing but text.
 */

import { Frame, axis, colour, layout, nextFrame } from "./axes.mjs";
import { Brush, EDGE, isNear } from "./brush.mjs";
import { at } from "./elements.mjs";
import { enclosed } from "./enclosed.mjs";
import { onClick } from "./pick.mjs";

const FONT = "system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";
const MARGIN = { l: 52, r: 12, t: 40, b: 26 };
const GAP = { x: 58, y: 66 }; // CSS pixels between plots: for ticks, and for the next title
const HEIGHT = 168; // of a plot

/**
 * A small plot.
 * @typedef {object} Panel
 * @property {string} title
 * @property {string} [note] a second line
 * @property {object} x Plotly's axis, with a range @property {object} y
 * @property {(context: CanvasRenderingContext2D, place: Place) => void} draw
 * @property {(x: number, y: number, place: Place) => void} [pick] a click, in CSS pixels
 * @property {(enclosed: ?import("./enclosed.mjs").Enclosed, done: boolean) => void} [brush] a box or a
 *     lasso; null: it is given up, and nothing is selected
 */
/** @typedef {{area: Area, x: Axis, y: Axis}} Place */

export class Panels {
  /**
   * @param {string} id of the frame
   * @param {number} narrowest CSS pixels of a plot @param {number} widest .. at most
   */
  constructor(id, narrowest = 230, widest = 640) {
    this.narrowest = narrowest;
    this.widest = widest;
    /** @type {Panel[]} */
    this.panels = [];
    this.mounting = false;
    this.box = at(`${id}-plots`);
    this.frame = new Frame(id, () => this.#moved());
    this.figure = this.frame.canvas.parentElement;
    new ResizeObserver(() => this.frame.measure()).observe(this.box);
    window.addEventListener("netspace:theme", () => this.#moved());
    onClick(this.frame, (x, y) => this.#click(x, y));
    new Brush(this.frame, {
      place: (x, y) => this.#brushed(x, y),
      brushed: ({ panel, place }, path, { tool, done }) => {
        const found = enclosed(path, tool, place);
        if (found) panel.brush?.(found, done);
      },
      cancelled: () => this.panels.find(({ brush }) => brush)?.brush?.(null, true),
    });
  }

  /** The panel at a point that can be brushed; null: none. */
  #brushed(x, y) {
    for (const [i, panel] of this.panels.entries()) {
      const place = panel.brush ? this.#place(i) : null;
      if (place && isNear(place.area, x, y, EDGE)) return { panel, place };
    }
    return null;
  }

  /** What is shown has changed, and where it is has not. */
  redraw() {
    if (this.panels.length && this.frame.width > 1) this.#draw();
  }

  /**
   * Show these.
   * @param {Panel[]} panels @param {string} spoken what they show, in words
   */
  show(panels, spoken) {
    this.panels = panels;
    this.figure.setAttribute("aria-label", spoken);
    this.#moved();
    if (panels.length && !this.mounting) this.#mount();
  }

  /** Axes come when the first picture is on the screen: Plotly takes long to load. */
  async #mount() {
    this.mounting = true;
    await nextFrame();
    await nextFrame();
    await this.frame.mount();
  }

  /** Axes for the room that there is, and everything drawn on them. */
  #moved() {
    if (!this.frame || this.frame.width <= 1) return; // not shown
    this.#lay();
    this.#draw();
  }

  #lay() {
    const { width } = this.frame;
    const n = Math.max(1, this.panels.length);
    const inner = width - MARGIN.l - MARGIN.r;
    const across = Math.min(n, 5, Math.max(1, Math.floor((inner + GAP.x) / (this.narrowest + GAP.x))));
    const down = Math.ceil(n / across);
    const high = down * HEIGHT + (down - 1) * GAP.y;
    const height = `${high + MARGIN.t + MARGIN.b}px`;
    if (this.box.style.height !== height) this.box.style.height = height;
    const widest = Math.min(this.widest, (inner - (across - 1) * GAP.x) / across);
    const axes = {};
    const cells = []; // what is each plot's of the frame, in CSS pixels: on paper they part
    this.panels.forEach(({ x, y }, i) => {
      const [w, h] = [widest, HEIGHT];
      const left = (i % across) * (w + GAP.x);
      const top = Math.floor(i / across) * (h + GAP.y);
      cells.push({ x: left, y: top, w: MARGIN.l + w + MARGIN.r, h: MARGIN.t + h + MARGIN.b });
      const number = i ? i + 1 : "";
      const tickfont = { size: 10, color: colour("muted") };
      axes[`xaxis${number}`] = axis({
        domain: [left / inner, (left + w) / inner].map(within), anchor: `y${number}`, tickfont, ...x,
      });
      axes[`yaxis${number}`] = axis({
        domain: [1 - (top + h) / high, 1 - top / high].map(within), anchor: `x${number}`, tickfont, ...y,
      });
    });
    this.box.dataset.cells = JSON.stringify(cells);
    this.frame.setLayout(layout({ margin: MARGIN, ...axes }));
  }

  /** @param {number} i @returns {?Place} */
  #place(i) {
    const number = i ? i + 1 : "";
    const [x, y] = [`xaxis${number}`, `yaxis${number}`];
    if (!this.frame.has(x, y)) return null;
    return { area: this.frame.area(x, y), x: this.frame.axis(x), y: this.frame.axis(y) };
  }

  #draw() {
    const context = this.frame.begin();
    this.panels.forEach((panel, i) => {
      const place = this.#place(i);
      if (!place) return;
      const { area } = place;
      context.save();
      context.beginPath();
      context.rect(area.x - 1, area.y - 1, area.width + 2, area.height + 2);
      context.clip();
      panel.draw(context, place);
      context.restore();
      title(context, panel, area);
    });
  }

  #click(x, y) {
    this.panels.forEach((panel, i) => {
      const place = this.#place(i);
      if (place && panel.pick && inside(x, y, place.area)) panel.pick(x, y, place);
    });
  }
}

/** Rounding must put no axis beyond the figure. */
const within = (share) => Math.min(1, Math.max(0, share));

const inside = (x, y, area) =>
  x >= area.x && x <= area.x + area.width && y >= area.y - 4 && y <= area.y + area.height + 4;

/** @param {CanvasRenderingContext2D} context @param {Panel} panel @param {Area} area */
function title(context, { title: text, note = "" }, area) {
  context.textAlign = "left";
  context.textBaseline = "alphabetic";
  const room = area.width + 40;
  context.fillStyle = colour("ink");
  context.font = `600 12px ${FONT}`;
  context.fillText(fitted(context, text, room), area.x, area.y - (note ? 21 : 7));
  context.fillStyle = colour("muted");
  context.font = `11px ${FONT}`;
  context.fillText(fitted(context, note, room), area.x, area.y - 7);
}

/** As much of a text as there is room for. */
function fitted(context, text, room) {
  if (context.measureText(text).width <= room) return text;
  let n = text.length;
  while (n > 1 && context.measureText(`${text.slice(0, n)}…`).width > room) n -= 1;
  return `${text.slice(0, n)}…`;
}

// ---------------------------------------------------------------- what plots draw

/** @param {CanvasRenderingContext2D} context @param {[x: number, y: number][]} points pixels */
export function path(context, points, name, { width = 1.5, dash = /** @type {number[]} */ ([]) } = {}) {
  context.beginPath();
  for (const [x, y] of points) context.lineTo(x, y);
  context.strokeStyle = colour(name);
  context.lineWidth = width;
  context.setLineDash(dash);
  context.stroke();
  context.setLineDash([]);
}

/** Discs, or rings. @param {[x: number, y: number][]} points pixels */
export function dots(context, points, name, { radius = 2, ring = false, alpha = 1 } = {}) {
  context.globalAlpha = alpha;
  context.fillStyle = context.strokeStyle = colour(name);
  context.lineWidth = 1;
  for (const [x, y] of points) {
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    if (ring) context.stroke();
    else context.fill();
  }
  context.globalAlpha = 1;
}

/**
 * Networks as dots, of which those that are selected stand out.
 * @param {[x: number, y: number][]} points pixels
 * @param {?((i: number) => boolean)} isIn the selection; null: there is none
 * @param {{radius?: number, ring?: boolean, alpha?: number}} style of the others
 */
export function networks(context, points, isIn, name, style) {
  const { radius = 2, alpha = 0.7 } = style;
  if (!isIn) {
    dots(context, points, name, { ...style, alpha });
    return;
  }
  dots(context, points.filter((_, i) => !isIn(i)), name, { ...style, alpha: alpha * 0.36 });
  dots(context, points.filter((_, i) => isIn(i)), "selection", { ...style, radius: radius + 0.4, alpha: 1 });
}

/** How large a dot of so many is. @param {number} n */
export const radiusOf = (n) => (n > 2000 ? 1.2 : n > 300 ? 1.8 : 2.6);

/** Crosses. @param {[x: number, y: number][]} points pixels */
export function crosses(context, points, name) {
  for (const [x, y] of points) {
    path(context, [[x - 4, y - 4], [x + 4, y + 4]], name, { width: 1.6 });
    path(context, [[x - 4, y + 4], [x + 4, y - 4]], name, { width: 1.6 });
  }
}

/**
 * The place of the point nearest to a click, within some pixels; -1: none.
 * @param {[x: number, y: number][]} points pixels
 */
export function nearest(points, x, y, within = 14) {
  let [best, least] = [-1, within ** 2];
  points.forEach(([px, py], i) => {
    const far = (px - x) ** 2 + (py - y) ** 2;
    if (far < least) [best, least] = [i, far];
  });
  return best;
}
