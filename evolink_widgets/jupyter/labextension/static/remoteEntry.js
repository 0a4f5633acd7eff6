/** What the host loads with its page: a federated module, written by hand. All else is imported by need. */
(window._JUPYTERLAB ??= {})["evolink-widgets"] = (() => {
  /** @type {any} The packages that the host shares. */
  let scope;
  return {
    /** @param {any} shared */
    init(shared) {
      scope = shared;
    },
    async get() {
      const { pluginsOf } = await import("./plugins.js");
      const plugins = await pluginsOf(scope);
      return () => ({ __esModule: true, default: plugins });
    },
  };
})();
