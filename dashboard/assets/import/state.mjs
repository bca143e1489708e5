/** What the page holds of a file: how it is read, what was changed, and what is refused. */

import * as plans from "./plan.mjs";
import { AT_ONCE } from "./columns.mjs";
import { nameOf } from "./file.mjs";
import { placed } from "./problems.mjs";

const NONE = placed([], null);

export class State {
  /** @param {?File} file */
  constructor(file = null) {
    this.file = file;
    this.name = file ? nameOf(file.name) : "";
    this.visibility = "lab";
    /** @type {?Part} what of it is looked at */
    this.part = null;
    /** @type {?TableLookRead} the newest answer */
    this.look = null;
    /** @type {?Plan} in hand: the answer's, or with changes that are not answered yet */
    this.plan = null;
    /** @type {?Plan} as it came */
    this.sniffed = null;
    /** @type {?Plan} as it was sniffed last, since it was said how the file is written */
    this.base = null;
    /** @type {{plan: Plan, base: ?Plan}[]} before each change */
    this.past = [];
    this.problems = NONE;
    /** @type {"" | "looking" | "importing"} */
    this.busy = "";
    this.share = 0; // of what is sent, that is there; 1: it is read
    this.filter = "";
    this.most = AT_ONCE;
    /** @type {Set<string>} columns whose factor is written */
    this.free = new Set();
    this.open = false; // the ignored columns
    /** @type {?TableRead} */
    this.answer = null;
    /** @type {?{words: string, key: string}} of the import that is asked for */
    this.asked = null;
  }

  /** Rows of the file: a server that has its beginning can't know. */
  get rows() {
    if (!this.look || !this.file || !this.part) return 0;
    return this.part.partial ? (this.look.rows * this.file.size) / this.part.blob.size : this.look.rows;
  }

  get isSure() {
    return Boolean(this.look?.rows_known) && !this.part?.partial;
  }

  /**
   * A file that was looked at: its plan is the one in hand.
   * @param {TableLookRead} look @param {boolean} isSniffed
   * @returns {boolean} whether that is all; else what somebody had changed is to be asked about
   */
  answered(look, isSniffed) {
    const found = plans.whole(look.plan, look.columns.map(({ source }) => source));
    const plan = isSniffed && this.plan && this.base
      ? plans.carried(this.plan, this.base, found) : found;
    this.sniffed ??= plan;
    if (isSniffed) this.base = found;
    Object.assign(this, { look, plan, problems: NONE });
    return plans.same(plan, found);
  }

  /** @param {Plan} plan */
  change(plan) {
    if (!this.plan || plans.same(plan, this.plan)) return false;
    this.past.push({ plan: this.plan, base: this.base });
    this.plan = plan;
    return true;
  }

  /** Back to the plan before the last change. */
  undo() {
    const before = this.past.pop();
    if (!before) return false;
    Object.assign(this, before);
    this.free.clear();
    return true;
  }

  get isAsSniffed() {
    return !this.plan || !this.sniffed || plans.same(this.plan, this.sniffed);
  }

  /** @param {Problem[]} problems */
  refuse(problems) {
    this.problems = placed(problems, this.plan);
  }
}
