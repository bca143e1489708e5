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

export { show as showAccount } from "./account/view.mjs";
export { draw } from "./base/axes.mjs";
export { showPage, theme } from "./base/shell.mjs";
export { setJudges, show as showCompare } from "./compare/view.mjs";
export { ask, firstProblem, goTo, isStored, isWhole, noMessage, noProblem } from "./create/form.mjs";
export { show as showImport } from "./import/view.mjs";
export { rows } from "./explore/table.mjs";
export { choose, commit, judge, picked, setControls } from "./explore/page.mjs";
export { close as closeDrawer, show as showDrawer } from "./network/drawer.mjs";
export { show as showPeople } from "./people/view.mjs";
export { show as showQueue } from "./queue/view.mjs";
export { show as showSpeed } from "./speed/view.mjs";
export { show as showTrends } from "./trends/view.mjs";
export { show as showViews } from "./views/view.mjs";
