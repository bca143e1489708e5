/**
 * Smooth lines in a pixel buffer: each pixel keeps the strongest colour that it was given, so that
 * thousands of lines cost as many as their pixels, and none hides what lies over it.
 */

/** A buffer of a canvas' size. */
export class Lines {
  constructor() {
    this.image = new ImageData(1, 1);
    this.pixels = new Uint32Array(1);
  }

  /** An empty buffer of a size. @param {number} width @param {number} height */
  clear(width, height) {
    if (this.image.width !== width || this.image.height !== height) {
      this.image = new ImageData(width, height);
      this.pixels = new Uint32Array(this.image.data.buffer);
    } else this.pixels.fill(0);
  }

  /**
   * A line between two points of the buffer, the left one first.
   * @param {number} colour 0xbbggrr @param {number} alpha 0 .. 255
   */
  line(x0, y0, x1, y1, colour, alpha) {
    const { pixels, image: { width, height } } = this;
    const slope = (y1 - y0) / (x1 - x0 || 1);
    const last = Math.min(width - 1, Math.round(x1));
    if (slope >= -1 && slope <= 1) {
      for (let x = Math.max(0, Math.round(x0)), y = y0 + slope * (x - x0); x <= last; x++, y += slope) {
        const row = Math.floor(y);
        put(pixels, row * width + x, row, height, colour, alpha * (1 - y + row));
        put(pixels, (row + 1) * width + x, row + 1, height, colour, alpha * (y - row));
      }
      return;
    }
    const [xs, from, to, step] = y0 < y1 ? [x0, y0, y1, 1 / slope] : [x1, y1, y0, 1 / slope];
    const end = Math.min(height - 1, Math.round(to));
    for (let y = Math.max(0, Math.round(from)), x = xs + step * (y - from); y <= end; y++, x += step) {
      const column = Math.floor(x);
      if (column < 0 || column >= width - 1) continue;
      put(pixels, y * width + column, y, height, colour, alpha * (1 - x + column));
      put(pixels, y * width + column + 1, y, height, colour, alpha * (x - column));
    }
  }
}

function put(pixels, at, row, height, colour, alpha) {
  if (row < 0 || row >= height || alpha <= pixels[at] >>> 24) return;
  pixels[at] = ((alpha << 24) | colour) >>> 0;
}
