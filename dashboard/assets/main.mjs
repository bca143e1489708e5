/**
 * The entry of the page's scripts, and what Dash calls: `ClientsideFunction("netspace", "commit")`
 * is `commit` here, given the callback's context behind its inputs (callbacks.js).
 */
import "./base/away.mjs";
import "./base/picker.mjs";
import "./base/print.mjs";
import "./base/told.mjs";
import "./base/who.mjs";
import "./keep/views.mjs";
import "./live/notify.mjs";
import "./explore/plots/spoken.mjs";
import { of } from "./scripts.mjs";

export { draw } from "./base/axes.mjs";
export { showPage, theme } from "./base/shell.mjs";
export { readHelp } from "./explore/keys.mjs";
export { rows } from "./explore/table.mjs";
export { choose, commit, judge, picked, setColumns, setControls } from "./explore/page.mjs";
export { close as closeDrawer, show as showDrawer } from "./network/drawer.mjs";

export const showAccount = of("account", "show");
export const showCompare = of("compare", "show");
export const setJudges = of("compare", "setJudges");
export const showImport = of("import", "show");
export const showPeople = of("people", "show");
export const showQueue = of("queue", "show");
export const showSpeed = of("speed", "show");
export const showTrends = of("trends", "show");
export const showViews = of("views", "show");
export const ask = of("new", "ask");
export const firstProblem = of("new", "firstProblem");
export const goTo = of("new", "goTo");
export const isStored = of("new", "isStored");
export const isWhole = of("new", "isWhole");
export const noMessage = of("new", "noMessage");
export const noProblem = of("new", "noProblem");
