/**
 * Frames: Plotly draws axes and lets people zoom; a canvas of ours lies over it.
 *
 * Plotly is told of new axes only (a figure through Dash, so Dash stays right about it); its
 * answer, where each axis now is in pixels, is read after every plot of its own. Plotly takes
 * seconds to load: until it answers, axes are where the layout puts them, which is the same
 * place, so curves needn't wait for it.
 */

import { tell, unchanged } from "./dash.mjs";
import { at } from "./elements.mjs";
import { libraries } from "./libraries.mjs";

const CONFIG = { displayModeBar: false, doubleClick: "reset", scrollZoom: false };

export class Frame {
  /**
   * @param {string} id of the graph; it comes into `${id}-place`, under `${id}-canvas`
   * @param {() => void} onAxes called when axes may have moved: zoom, resize, new figure
   */
  constructor(id, onAxes) {
    this.id = id;
    this.onAxes = onAxes;
    this.canvas = at(`${id}-canvas`);
    this.context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    this.mounted = false;
    /** @type {?PlotlyGraph} once it has drawn */
    this.graph = null;
    /** @type {?Layout} */
    this.layout = null;
    this.ratio = this.width = this.height = 1;
    this.version = 0;
    this.measure();
  }

  /** Let Plotly draw the axes: it loads now, and keeps the page busy for a second or two. */
  async mount() {
    await libraries();
    this.mounted = true;
    tell(`${this.id}-place`, {
      children: plot(this.id, this.layout ? figure(this.layout) : { data: [], layout: {} }),
    });
    const find = () => /** @type {?PlotlyGraph} */ (
      document.querySelector(`#${this.id} .js-plotly-plot`));
    let graph = find();
    while (!graph?._fullLayout?.xaxis?._length) {
      await nextFrame();
      graph = find();
    }
    this.graph = graph;
    this.graph.on("plotly_afterplot", () => this.measure());
    this.graph.on("plotly_relayout", () => this.measure());
    this.measure();
  }

  /** New axes; zooms stay while `layout.uirevision` does. @param {Layout} layout */
  setLayout(layout) {
    const text = JSON.stringify(layout);
    if (text === this.text) return;
    this.text = text;
    this.layout = layout;
    this.version += 1;
    if (this.mounted) plot(this.id, figure(layout));
  }

  /** Whether there are these axes. @param {string[]} names as in the layout */
  has(...names) {
    return names.every((name) => this.#place(name).length > 0);
  }

  /**
   * Where an axis is, in CSS pixels of the canvas; without length where there is none.
   * @param {string} name
   * @returns {{type?: string, range: [number, number], offset: number, length: number}}
   */
  #place(name) {
    const drawn = this.graph?._fullLayout?.[name];
    if (drawn && drawn._length > 0) {
      const { type, range, _offset: offset, _length: length } = drawn;
      return { type, range, offset, length };
    }
    const given = this.graph || !this.layout ? null : this.layout[name];
    return given && this.layout
      ? placed(given, name, this.layout.margin, this.width, this.height)
      : { range: [0, 1], offset: 0, length: 0 };
  }

  /** Fit the canvas to its box and device pixels, then tell. */
  measure() {
    const box = this.canvas.getBoundingClientRect();
    this.ratio = window.devicePixelRatio || 1;
    this.width = Math.max(1, Math.round(box.width));
    this.height = Math.max(1, Math.round(box.height));
    const [w, h] = [this.width * this.ratio, this.height * this.ratio].map(Math.round);
    if (this.canvas.width !== w || this.canvas.height !== h) {
      this.canvas.width = w;
      this.canvas.height = h;
    }
    this.version += 1;
    this.onAxes();
  }

  /** A cleared context in CSS pixels. */
  begin() {
    const context = this.context;
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    return context;
  }

  /**
   * One axis in CSS pixels of the canvas.
   * @param {string} name as in the layout: "xaxis", "yaxis3"
   * @returns {Axis}
   */
  axis(name) {
    const { type, range, offset, length } = this.#place(name);
    const log = type === "log";
    const [a, b] = range.map(Number);
    const vertical = name[0] === "y";
    const start = offset + (vertical ? length : 0);
    const scale = ((vertical ? -1 : 1) * length) / (b - a || 1);
    const linear = (x) => (log ? Math.log10(x) : x);
    return {
      from: log ? 10 ** a : a,
      to: log ? 10 ** b : b,
      log,
      start,
      scale,
      origin: a,
      toPixel: (x) => start + (linear(x) - a) * scale,
      toValue: (pixel) => {
        const x = (pixel - start) / scale + a;
        return log ? 10 ** x : x;
      },
    };
  }

  /** The plotting area of a pair of axes. @returns {Area} */
  area(x = "xaxis", y = "yaxis") {
    const [horizontal, vertical] = [this.#place(x), this.#place(y)];
    return {
      x: horizontal.offset, width: horizontal.length,
      y: vertical.offset, height: vertical.length,
    };
  }
}

const plotted = new Set(); // ids

/**
 * Give a graph a figure.
 * @returns {object} the dcc.Graph for `${id}-place` the first time, nothing new after it
 */
function plot(id, figure) {
  if (plotted.has(id)) {
    tell(id, { figure });
    return unchanged();
  }
  plotted.add(id);
  const props = { id, figure, config: CONFIG, responsive: true, className: "graph" };
  return { namespace: "dash_core_components", type: "Graph", props };
}

/**
 * A figure that the server has put into its store, in the graph's place.
 * @param {object} figure @param {{outputs_list: {id: string}}} context
 */
export async function draw(figure, { outputs_list: { id } }) {
  await libraries();
  return plot(id.replace(/-place$/, ""), figure);
}

/**
 * Where Plotly will put an axis of a frame: inside the margins, in its domain.
 * @param {AxisGiven} given @param {string} name @param {Layout["margin"]} margin
 * @param {number} width @param {number} height CSS pixels of the frame
 */
function placed({ type, range, domain = [0, 1] }, name, margin, width, height) {
  const [from, to] = domain;
  if (name[0] === "x") {
    const inner = width - margin.l - margin.r;
    return { type, range, offset: margin.l + from * inner, length: (to - from) * inner };
  }
  const inner = height - margin.t - margin.b;
  return { type, range, offset: margin.t + (1 - to) * inner, length: (to - from) * inner };
}

/**
 * A figure of axes alone: an empty trace in each pair, without which Plotly drops it.
 * @param {Layout} layout
 */
function figure(layout) {
  const data = Object.keys(layout).filter((name) => /^xaxis\d*$/.test(name)).map((name) => {
    const number = name.slice("xaxis".length);
    return { type: "scatter", x: [], y: [], xaxis: `x${number}`, yaxis: `y${number}` };
  });
  return { data, layout };
}

/** @returns {Promise<number>} */
export const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));

/** @type {Map<string, string>} */
let colours = new Map();

/** A CSS variable of the theme, e.g. colour("current"). @param {string} name */
export function colour(name) {
  const known = colours.get(name);
  if (known !== undefined) return known;
  const style = getComputedStyle(document.documentElement);
  const value = style.getPropertyValue(`--${name}`).trim();
  colours.set(name, value);
  return value;
}
window.addEventListener("netspace:theme", () => { colours = new Map(); });

/** What all axes of the page share. @param {object} given overrides */
export function axis(given) {
  return {
    zeroline: false,
    showline: false,
    gridcolor: colour("line"),
    gridwidth: 1,
    tickfont: { size: 11, color: colour("muted") },
    ticks: "",
    ...given,
  };
}

/** A layout without anything but axes. @param {Layout} given @returns {Layout} */
export function layout(given) {
  return {
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: "system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif",
      color: colour("muted"), size: 11 },
    showlegend: false,
    hovermode: false,
    dragmode: "zoom",
    ...given,
  };
}
