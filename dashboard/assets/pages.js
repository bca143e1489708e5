/**
 * What the network's drawer and New population need of the browser: opening and closing, values
 * at rest, the theme for figures that the server draws, and going to a new population.
 */
(() => {
  "use strict";
  const REST_MS = 500;
  const at = (id) => document.getElementById(id);
  const tell = (id, properties) => window.dash_clientside.set_props(id, properties);
  const unchanged = () => window.dash_clientside.no_update;

  // ---------------------------------------------------------------- theme

  const theme = () => window.netspaceShell.theme();
  window.addEventListener("netspace:theme", ({ detail }) => {
    if (at("network")) tell("figure-theme", { data: detail });
  });

  // ---------------------------------------------------------------- drawer

  /** Events of the population whose network is shown, while that one's job goes on. */
  let watched = null;

  /**
   * @param {?{population: number, network: number}} picked
   * @returns {boolean} whether the drawer is hidden
   */
  function openDrawer(picked) {
    watched?.close();
    watched = picked ? watch(picked) : null;
    return !picked;
  }

  const closeDrawer = () => null;

  const ENDED = ["measured", "diverged", "failed"];

  /** Show the network again whenever something has happened to its job. */
  function watch({ population, network }) {
    const { API } = window.netspaceShell;
    const source = new EventSource(`${API}/events?population=${population}`);
    const shown = () => { // what network_sheet.py has put there
      const told = at("network-standing")?.dataset;
      return told?.network === String(network) ? told : null;
    };
    let [asking, again] = [false, false];
    async function look() {
      if (asking) {
        again = true;
        return;
      }
      asking = true;
      const answer = await fetch(`${API}/populations/${population}/networks/${network}`)
        .catch(() => null);
      const job = answer?.ok ? (await answer.json()).job : null;
      const now = job && `${job.state} ${job.events.length} ${job.epochs.length}`;
      if (now && now !== shown()?.job && source === watched) {
        tell("network-changed", { data: now });
      }
      asking = false;
      if (again) {
        again = false;
        look();
      }
    }
    source.addEventListener("activity", () => {
      if (ENDED.includes(shown()?.status)) source.close();
      else look();
    });
    return source;
  }

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    if (at("network")?.checkVisibility()) tell("picked", { data: null });
  });

  // ---------------------------------------------------------------- New population

  let resting = null;

  /** The form's values by name, once they have not changed for REST_MS. */
  function ask() {
    const { inputs_list: inputs } = window.dash_clientside.callback_context;
    const fields = Object.fromEntries(inputs.map(({ id, value }) =>
      [id.replace("new-", "").replaceAll("-", "_"), value ?? null]));
    clearTimeout(resting?.timer);
    resting?.leave(unchanged());
    return new Promise((leave) => {
      const rested = () => leave(at("page-new").hidden ? unchanged() : fields);
      resting = { leave, timer: setTimeout(rested, REST_MS) };
    });
  }

  /** Whether the JSON in the form still means the picked space. */
  function isStored(text, stored) {
    try {
      return JSON.stringify(JSON.parse(text)) === JSON.stringify(JSON.parse(stored));
    } catch {
      return !text || text === stored;
    }
  }

  /** To the population just created; the form is left without its name and seed. */
  function goTo(started) {
    if (!started) return [unchanged(), unchanged()];
    tell("location", {
      pathname: window.netspaceShell.PREFIX,
      search: `?population=${started.population}`,
    });
    return ["", ""];
  }

  /** Put the focus where something is wrong, once the fields show it. */
  function firstProblem(message) {
    if (message) {
      setTimeout(() => at("new-form").querySelector("[aria-invalid=true]")?.focus(), 50);
    }
    return "";
  }

  // Enter in a field presses Start, as in every form; the form itself is not sent.
  document.addEventListener("submit", (event) => {
    if (event.target.id === "new-form") event.preventDefault();
  });

  window.netspacePages = {
    theme, openDrawer, closeDrawer, ask, isStored, goTo, firstProblem,
  };
})();
