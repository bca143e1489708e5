/**
 * Frames: Plotly draws axes and lets people zoom; a canvas of ours lies over it.
 *
 * Plotly is told of new axes only (a figure through Dash, so Dash stays right about it); its
 * answer, where each axis now is in pixels, is read after every plot of its own.
 */
(() => {
  "use strict";

  class Frame {
    /**
     * @param {string} id of the dcc.Graph; its canvas is `${id}-canvas`
     * @param {() => void} onAxes called when axes may have moved: zoom, resize, new figure
     */
    constructor(id, onAxes) {
      this.id = id;
      this.onAxes = onAxes;
      this.canvas = document.getElementById(`${id}-canvas`);
      this.context = this.canvas.getContext("2d");
      this.graph = null;
      this.layout = null;
      this.ratio = 1;
      this.version = 0;
    }

    /** Resolves when Plotly, which loads late, has drawn the frame once. */
    async ready() {
      const find = () => document.querySelector(`#${this.id} .js-plotly-plot`);
      while (!find()?._fullLayout?.xaxis?._length) await nextFrame();
      this.graph = find();
      this.graph.on("plotly_afterplot", () => this.measure());
      this.graph.on("plotly_relayout", () => this.measure());
      this.measure();
    }

    /** New axes; zooms stay while `layout.uirevision` does. */
    setLayout(layout) {
      const text = JSON.stringify(layout);
      if (text === this.layout) return;
      this.layout = text;
      window.dash_clientside.set_props(this.id, { figure: { data: subplots(layout), layout } });
    }

    /** Whether Plotly has drawn these axes. @param {string[]} names as in the layout */
    has(...names) {
      return names.every((name) => this.graph?._fullLayout?.[name]?._length > 0);
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
     * @returns {{from: number, to: number, log: boolean, toPixel: (x: number) => number,
     *   toValue: (pixel: number) => number}} from, to: values at its ends
     */
    axis(name) {
      const axis = this.graph._fullLayout[name];
      const log = axis.type === "log";
      const [a, b] = axis.range.map(Number);
      const vertical = name[0] === "y";
      const start = axis._offset + (vertical ? axis._length : 0);
      const scale = ((vertical ? -1 : 1) * axis._length) / (b - a || 1);
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

    /** The plotting area of a pair of axes: {x, y, width, height} in CSS pixels. */
    area(x = "xaxis", y = "yaxis") {
      const horizontal = this.graph._fullLayout[x];
      const vertical = this.graph._fullLayout[y];
      return {
        x: horizontal._offset, width: horizontal._length,
        y: vertical._offset, height: vertical._length,
      };
    }
  }

  /** An empty trace in each pair of axes: without one Plotly drops it. */
  function subplots(layout) {
    return Object.keys(layout).filter((name) => /^xaxis\d*$/.test(name)).map((name) => {
      const number = name.slice("xaxis".length);
      return { type: "scatter", x: [], y: [], xaxis: `x${number}`, yaxis: `y${number}` };
    });
  }

  const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));

  /** A CSS variable of the theme, e.g. colour("current"). */
  let colours = new Map();
  function colour(name) {
    if (!colours.has(name)) {
      const style = getComputedStyle(document.documentElement);
      colours.set(name, style.getPropertyValue(`--${name}`).trim());
    }
    return colours.get(name);
  }
  window.addEventListener("netspace:theme", () => { colours = new Map(); });

  /** What all axes of the page share. @param {object} given overrides */
  function axis(given) {
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

  /** A layout without anything but axes. */
  function layout(given) {
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

  window.netspaceAxes = { Frame, nextFrame, colour, axis, layout };
})();
