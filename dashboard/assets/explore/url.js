/**
 * The view as a link: the query names what REST names, so a link reads like a question.
 *
 *     ?population=2&against=1&depth=5..8&bottleneck_ratio=1&below=12&pin=depth=5..8;wm=2..2.5
 *
 * `below` is the threshold e, `best` how many networks the widths show; everything else that is
 * no option is a constraint.
 */
(() => {
  "use strict";
  const OPTIONS = new Set(["population", "against", "below", "best", "pin", "space"]);

  /**
   * @param {string} search of the location
   * @returns {{population: ?number, against: ?number, below: ?number, best: ?number,
   *   constraints: Map<string, string>, pins: Map<string, string>[]}}
   */
  function read(search) {
    const query = new URLSearchParams(search);
    const number = (name) => {
      const x = Number.parseFloat(query.get(name) ?? "");
      return Number.isFinite(x) ? x : null;
    };
    return {
      population: number("population"),
      against: number("against"),
      below: number("below"),
      best: number("best"),
      constraints: new Map([...query].filter(([name]) => !OPTIONS.has(name))),
      pins: query.getAll("pin").map(readSet),
    };
  }

  /** "depth=5..8;wm=2..2.5" as texts by column. */
  function readSet(text) {
    const parts = text.split(";").map((part) => part.split("="));
    return new Map(parts.filter(([name, value]) => name && value));
  }

  const writeSet = (texts) => [...texts].map(([name, text]) => `${name}=${text}`).join(";");

  /** The constraints alone, as REST takes them: "depth=5..8&wm=2..2.5". */
  const constraintQuery = (texts) =>
    [...texts].map(([name, text]) => `${name}=${readable(text)}`).join("&");

  const readable = (text) => encodeURIComponent(text).replaceAll("%2C", ",");

  /** The inverse of `read`: a query with "?" in front, or "". */
  function write({ population, against, below, best, constraints, pins }) {
    const parts = [];
    if (population !== null) parts.push(`population=${population}`);
    if (against !== null) parts.push(`against=${against}`);
    if (constraints.size) parts.push(constraintQuery(constraints));
    if (below !== null) parts.push(`below=${below}`);
    if (best !== null) parts.push(`best=${best}`);
    for (const pin of pins) {
      const text = readable(writeSet(pin)).replaceAll("%3D", "=").replaceAll("%3B", ";");
      parts.push(`pin=${text}`);
    }
    return parts.length ? `?${parts.join("&")}` : "";
  }

  /**
   * The constraint sets and populations of a view as the sides of a comparison: what passes, the
   * population against it, each pinned set; what passes alone is set against all networks.
   */
  function sides({ population, against, constraints, pins }) {
    const side = (id, texts) => [id, ...(texts.size ? [readable(writeSet(texts))] : [])].join(";");
    const every = [side(population, constraints)];
    if (against !== null) every.push(side(against, constraints));
    for (const pin of pins) every.push(side(population, pin));
    if (every.length === 1 && constraints.size) every.push(side(population, new Map()));
    const different = [...new Set(every)].slice(0, 6);
    if (population === null || different.length < 2) return "";
    const query = different.map((text) => `side=${text}`).join("&");
    return `?${query.replaceAll("%3D", "=").replaceAll("%3B", ";")}`;
  }

  /** Put the view into the address without a new entry of the history. */
  function replace(view) {
    if (!/\/app\/?$/.test(location.pathname)) return; // results come while another page is shown
    const query = write(view);
    if (query !== location.search) {
      history.replaceState(history.state, "", location.pathname + query);
    }
  }

  window.netspaceUrl = { read, write, replace, constraintQuery, sides };
})();
