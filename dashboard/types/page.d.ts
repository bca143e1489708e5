/** Words that several of the page's modules share. */

/** A range, an end without bound infinite; or some values. */
type Constraint = Interval | Choice;
interface Interval {
  lo: number;
  hi: number;
  values?: undefined;
}
interface Choice {
  values: number[];
  lo?: undefined;
  hi?: undefined;
}
type Constraints = Map<string, Constraint>;

/** A column and what is asked of it, as written in an address. */
type Written = [name: string, text: string];
type Texts = Map<string, string>;

/** What Explore's address says. */
interface Address {
  population: number | null;
  against: number | null;
  of: string;
  below: number | null;
  best: number | null;
  network: number | null;
  sort: string;
  columns: string[];
  selected: Written[];
  lasso: string;
  colour: string;
  axes: string[];
  gamma: number | null;
  constraints: Written[];
  pins: Iterable<Written>[];
}

/** One side of a question: a population, and constraints as a person writes them. */
interface Side {
  population: number | null;
  constraints: string;
}

/** What of an address is no constraint, and why. */
interface Refused {
  texts: Written[];
  why: string;
}

/** A network that is looked at. */
interface Picked {
  population: number;
  network: number;
}

/** Which of Queue's jobs are listed. */
interface JobsShown {
  group: string;
  population: number | null;
  page: number;
}

/** What of the audit is looked for; "" and 0: all of it. Times as a field has them. */
interface AuditSearch {
  actor: string;
  what: string;
  kind: string;
  since: string;
  until: string;
  before: number;
}

/** A link that was made just now, for whom; `user`: whose password. */
interface MadeLink {
  link: LinkRead;
  name: string;
  user?: number;
}

/** Whether the stream of events lives, and whether it is open but says nothing. */
interface Connection {
  live: boolean;
  silent: boolean;
}
/** What the stream tells: one of them. */
interface Message {
  database?: string; // the name of the one that answers
  anew?: boolean; // all activities follow
  activity?: Activity;
  gone?: number; // a population
  connection?: Connection;
}

/** CSS pixels of a canvas. */
interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}
interface Axis {
  /** values at its ends */
  from: number;
  to: number;
  log: boolean;
  start: number;
  scale: number;
  origin: number;
  toPixel(x: number): number;
  toValue(pixel: number): number;
}

type Frame = import("../assets/base/axes.mjs").Frame;
type Table = import("../assets/engine/table.mjs").Table;
type Bins = import("../assets/engine/table.mjs").Bins;
type Column = import("../assets/engine/table.mjs").Column;
type View = import("../assets/engine/view.mjs").View;
type Region = import("../assets/engine/view.mjs").Region;
type Data = import("../assets/explore/state/data.mjs").Data;
type Shown = import("../assets/explore/state/shown.mjs").Shown;
type Explore = import("../assets/explore/view.mjs").Explore;
type Link = ReturnType<typeof import("../assets/explore/state/url.mjs").read>;
type TrendsQuestion = ReturnType<typeof import("../assets/trends/question.mjs").read>;
type SpeedQuestion = ReturnType<typeof import("../assets/speed/question.mjs").read>;
type Question = ReturnType<typeof import("../assets/compare/question.mjs").read>;

/** How many of a view's networks there are, and what became of them. */
interface Counts {
  n: number;
  passing: number;
  results: number;
  draws: number;
  effective: number;
  diverged: number;
  failed: number;
  failedBy: Uint32Array | null;
  pending: number;
}

interface Curve {
  error: ArrayLike<number>;
  share: Float64Array;
  lower: Float64Array;
  upper: Float64Array;
  /** whether there are results */
  some?: boolean;
}

/** A constraint set that has a curve of its own. */
interface CurveSet {
  key: string;
  name: string;
  colour: string;
  view: View;
  width: number;
  band?: boolean;
  moving?: boolean;
  dash?: number[];
}

/** Events of the page's own. */
interface WindowEventMap {
  "netspace:page": CustomEvent<string>;
  "netspace:theme": CustomEvent<string>;
}

/** All that the page asks the document for is HTML. */
interface ParentNode {
  querySelector<K extends keyof HTMLElementTagNameMap>(tag: K): HTMLElementTagNameMap[K] | null;
  querySelector(selector: string): HTMLElement | null;
  querySelectorAll<K extends keyof HTMLElementTagNameMap>(
    tag: K,
  ): NodeListOf<HTMLElementTagNameMap[K]>;
  querySelectorAll(selector: string): NodeListOf<HTMLElement>;
}
interface Element {
  closest<K extends keyof HTMLElementTagNameMap>(tag: K): HTMLElementTagNameMap[K] | null;
  closest(selector: string): HTMLElement | null;
}

/** What of a file is sent to be looked at. */
interface Part {
  blob: Blob;
  partial: boolean;
}
