/**
 * Block widths of the best and the worst networks: solid as built, dotted the line w0 + wa j;
 * dashed the least-squares line over all of a panel's networks (the paper's w_j = 48 (j + 1) of
 * good AnyNetX_E networks, arXiv 2003.13678, figure 8).
 */
(() => {
  "use strict";
  const { count, fixed, write } = window.netspaceFormat;
  const { colour } = window.netspaceAxes;
  const FEWEST = 20; // networks; below, best and worst are no groups

  class Widths {
    constructor(frame, pick) {
      this.frame = frame;
      this.best = document.getElementById("widths-best");
      this.worst = document.getElementById("widths-worst");
      this.drawn = [];
      window.netspacePick.onClick(frame, (x, y) => {
        const row = this.#nearest(x, y);
        if (row >= 0) pick(row);
      });
    }

    /** Axes that hold every network of the population. */
    setAxes(table, revision) {
      const { axis, layout } = window.netspaceAxes;
      const [lo, hi, deepest] = extremes(table);
      const powers = [];
      for (let w = 2 ** Math.ceil(Math.log2(lo)); w <= hi; w *= 2) powers.push(w);
      const widths = {
        type: "log", range: [Math.log10(lo) - 0.06, Math.log10(hi) + 0.08],
        tickvals: powers, ticktext: powers.map((w) => (w >= 1024 ? `${w / 1024}k` : String(w))),
      };
      const blocks = { range: [-0.6, deepest - 0.2], nticks: 6 };
      this.frame.setLayout(layout({
        uirevision: revision,
        margin: { l: 38, r: 12, t: 22, b: 36 },
        xaxis: axis({ ...blocks, anchor: "y", showticklabels: false, matches: "x2" }),
        yaxis: axis({ ...widths, domain: [0.545, 1], anchor: "x" }),
        xaxis2: axis({ ...blocks, anchor: "y2",
          title: { text: "block index j", standoff: 4, font: { size: 11 } } }),
        yaxis2: axis({ ...widths, domain: [0, 0.455], anchor: "x2", matches: "y" }),
      }));
    }

    /**
     * @param {object} view
     * @param {number} k networks in each panel
     * @param {number} picked row, -1: none
     */
    draw(view, k, picked) {
      const { frame } = this;
      if (!frame.has("xaxis2", "yaxis2")) return;
      const context = frame.begin();
      const { results } = view.counts();
      this.table = view.table;
      const few = results < FEWEST;
      const groups = [
        { axes: ["xaxis", "yaxis"], title: this.best, word: "best", rows: view.best(k) },
        { axes: ["xaxis2", "yaxis2"], title: this.worst, word: "worst", rows: view.worst(k) },
      ];
      this.drawn = groups;
      for (const group of groups) {
        if (few) group.rows = [];
        const { rows, axes, title, word } = group;
        const area = frame.area(...axes);
        const place = `left: ${area.x}px; top: ${area.y - 20}px`;
        if (title.dataset.place !== place) title.style.cssText = title.dataset.place = place;
        const { error } = view.table;
        const span = `${fixed(error[rows[0]], 1)} – ${fixed(error[rows.at(-1)], 1)} %`;
        const none = results ? "few networks" : "no networks";
        const without = word === "best" ? none : "";
        group.line = rows.length ? lineOver(view.table, rows) : null;
        write(title, rows.length ? `${count(rows.length)} ${word}  ${span}` : without);
        this.#group(context, view.table, group, area, picked);
      }
    }

    #group(context, table, { rows, axes, line }, area, picked) {
      const [x, y] = axes.map((name) => this.frame.axis(name));
      context.save();
      context.beginPath();
      context.rect(area.x, area.y, area.width, area.height);
      context.clip();
      context.strokeStyle = colour("current");
      context.lineWidth = 1.2;
      context.globalAlpha = rows.length > 12 ? 0.55 : 0.75;
      for (const row of rows) {
        drawSteps(context, table, row, x, y);
        drawLine(context, table, row, x, y);
      }
      context.globalAlpha = 1;
      if (line) {
        drawTrend(context, table, line, x, y);
        context.font = "11px system-ui, sans-serif";
        context.fillStyle = colour("ink");
        context.textAlign = "right";
        const words = `w = ${equation(line)}`;
        context.fillText(words, area.x + area.width - 4, area.y + area.height - 6);
      }
      if (picked >= 0) {
        context.strokeStyle = colour("selection");
        context.lineWidth = 2.4;
        drawSteps(context, table, picked, x, y);
        drawLine(context, table, picked, x, y);
      }
      context.restore();
    }

    #nearest(px, py) {
      for (const { rows, axes } of this.drawn) {
        const area = this.frame.area(...axes);
        if (py < area.y || py > area.y + area.height) continue;
        const [x, y] = axes.map((name) => this.frame.axis(name));
        const j = Math.round(x.toValue(px));
        let [best, least] = [-1, 16];
        for (const row of rows) {
          const away = Math.abs(y.toPixel(widthAt(this.table, row, j)) - py);
          if (away < least) [best, least] = [row, away];
        }
        return best;
      }
      return -1;
    }
  }

  /** [narrowest, widest, deepest] of a population, channels and blocks. */
  function extremes(table) {
    let [lo, hi] = [Infinity, 0];
    for (let i = 1; table.has(`effective_width_${i}`); i++) {
      const extent = table.extent(`effective_width_${i}`);
      if (extent) [lo, hi] = [Math.min(lo, extent[0]), Math.max(hi, extent[1])];
    }
    const deepest = table.has("depth") ? table.extent("depth")?.[1] : null;
    return hi ? [lo, hi, deepest ?? 20] : [8, 512, 20];
  }

  function drawSteps(context, table, row, x, y) {
    context.beginPath();
    let j = 0;
    for (const [width, depth] of table.steps(row)) {
      const at = y.toPixel(width);
      context.lineTo(x.toPixel(j === 0 ? 0 : j - 0.5), at);
      context.lineTo(x.toPixel(j + depth - 0.5), at);
      j += depth;
    }
    context.stroke();
  }

  function drawLine(context, table, row, x, y) {
    const { w0, wa } = table.line(row);
    if (!(w0 > 0)) return;
    const depth = table.has("depth") ? table.column("depth")[row] : 0;
    context.setLineDash([1.5, 3]);
    context.beginPath();
    for (let j = 0; j < depth; j++) context.lineTo(x.toPixel(j), y.toPixel(w0 + wa * j));
    context.stroke();
    context.setLineDash([]);
  }

  /**
   * The least-squares line through the widths of all blocks of some networks.
   * @returns {?{start: number, slope: number}} channels at j = 0, and more a block
   */
  function lineOver(table, rows) {
    let [n, sj, sw, sjj, sjw] = [0, 0, 0, 0, 0];
    for (const row of rows) {
      let j = 0;
      for (const [width, depth] of table.steps(row)) {
        for (const end = j + depth; j < end; j++) {
          n += 1;
          sj += j;
          sw += width;
          sjj += j * j;
          sjw += j * width;
        }
      }
    }
    const spread = n * sjj - sj * sj;
    if (!spread) return null; // one block each
    const slope = (n * sjw - sj * sw) / spread;
    return { start: (sw - slope * sj) / n, slope };
  }

  const equation = ({ start, slope }) =>
    `${fixed(start)} ${slope < 0 ? "−" : "+"} ${fixed(Math.abs(slope), 1)} j`;

  function drawTrend(context, table, { start, slope }, x, y) {
    context.save();
    context.strokeStyle = colour("ink");
    context.lineWidth = 1.6;
    context.setLineDash([7, 4]);
    context.beginPath();
    const deepest = extremes(table)[2];
    for (let j = 0; j < deepest; j++) {
      const width = start + slope * j;
      if (width > 0) context.lineTo(x.toPixel(j), y.toPixel(width));
    }
    context.stroke();
    context.restore();
  }

  function widthAt(table, row, j) {
    let before = 0;
    for (const [width, depth] of table.steps(row)) {
      before += depth;
      if (j < before) return width;
    }
    return NaN;
  }

  window.netspaceWidths = { Widths, lineOver };
})();
