/**
 * What Dash calls by name, a classic script: it may call before the modules are there. Once they
 * are, a call is as direct as one of a plain function; a context lasts only as long as that.
 * Dash draws behind them, as were they classic: data are on their way by then.
 */
(() => {
  "use strict";
  /** @type {?Record<string, Function>} */
  let main = null;
  const loading = import("./main.mjs").then((module) => { main = module; });
  loading.then(() => new DashRenderer());
  // Dash adds its part to what it finds here.
  window.dash_clientside ??= /** @type {Window["dash_clientside"]} */ ({});
  window.dash_clientside.netspace = new Proxy({}, {
    get: (_, /** @type {string} */ name) => (...given) => {
      const act = () => main?.[name](...given);
      given.push(window.dash_clientside.callback_context);
      return main ? act() : loading.then(act);
    },
  });
})();
