/** A kernel of our own, and a widget in it without ipywidgets' front end: its traits and messages over one comm. */

/**
 * Starts a kernel for Python under a name of its own; its working folder is `cwd`.
 * @param {any} app @param {string} cwd @param {string} title
 * @returns {Promise<any>} the session
 */
export async function startSession(app, cwd, title) {
  const { sessions, kernelspecs } = app.serviceManager;
  await Promise.all([kernelspecs.ready, sessions.ready]);
  const { default: first, kernelspecs: specs } = kernelspecs.specs ?? { kernelspecs: {} };
  const name = [first, ...Object.keys(specs)].find((one) => specs[one]?.language === "python");
  if (!name) throw Error("This server has no Python kernel. Install one: pip install ipykernel");
  const taken = new Set([...sessions.running()].map((/** @type {any} */ { path }) => path));
  const place = cwd ? `${cwd}/` : "";
  let path = place + title;
  for (let i = 2; taken.has(path); i++) path = `${place}${title} ${i}`;
  return sessions.startNew({ name: title, path, type: "evolink", kernel: { name } });
}

/**
 * Runs code that shows nothing.
 * @param {any} kernel @param {string} code
 * @returns {Promise<string>} what it printed
 */
export async function run(kernel, code) {
  const future = kernel.requestExecute({ code, store_history: false, stop_on_error: false });
  let printed = "";
  future.onIOPub = (/** @type {any} */ { header, content }) => {
    if (header.msg_type === "stream" && content.name === "stdout") printed += content.text;
  };
  const { content } = await future.done;
  if (content.status === "ok") return printed;
  if (content.ename === "ModuleNotFoundError" && /evolink_widgets/.test(content.evalue))
    throw Error(`The kernel “${kernel.name}” has no evolink-widgets. Install it there: pip install evolink-widgets`);
  throw Error(content.evalue || content.ename || "The kernel ended.");
}

/** An anywidget's model, as its front end knows one. @implements {Model} */
class CommModel {
  /** @type {Record<string, any>} */
  #state;
  /** @type {Record<string, any>} */
  #dirty = {};
  /** @type {[string, (...args: any[]) => void][]} */
  #listeners = [];
  #comm;

  /** @param {any} comm @param {Record<string, any>} state @param {any} kernel */
  constructor(comm, state, kernel) {
    this.#comm = comm;
    this.#state = state;
    this.widget_manager = { kernel };
    comm.onMsg = (/** @type {any} */ { content: { data }, buffers = [] }) => {
      if (data.method === "update") for (const name in data.state) this.#put(name, data.state[name]);
      if (data.method === "custom") this.fire("msg:custom", data.content, buffers);
    };
    comm.onClose = () => this.fire("comm:close");
  }

  /** @param {string} name */
  get(name) {
    return this.#state[name];
  }

  /** @param {string} name @param {any} value */
  set(name, value) {
    if (this.#put(name, value)) this.#dirty[name] = value;
  }

  save_changes() {
    const state = this.#dirty;
    this.#dirty = {};
    if (Object.keys(state).length) this.#say({ method: "update", state, buffer_paths: [] });
  }

  /** @param {any} content @param {any} [_] @param {any[]} [buffers] */
  send(content, _, buffers) {
    this.#say({ method: "custom", content }, buffers);
  }

  /** @param {string} name @param {(...args: any[]) => void} callback */
  on(name, callback) {
    this.#listeners.push([name, callback]);
  }

  /** @param {string | null} [name] @param {((...args: any[]) => void) | null} [callback] */
  off(name, callback) {
    this.#listeners = this.#listeners.filter(([n, c]) => (name && n !== name) || (callback && c !== callback));
  }

  /** @param {string} name @param {...any} args */
  fire(name, ...args) {
    for (const [n, callback] of this.#listeners) if (n === name) callback(...args);
  }

  /** @param {string} name @param {any} value */
  #put(name, value) {
    if (JSON.stringify(this.#state[name]) === JSON.stringify(value)) return false;
    this.#state[name] = value;
    this.fire(`change:${name}`);
    return true;
  }

  /** @param {any} data @param {any[]} [buffers] */
  #say(data, buffers) {
    // What is said to a kernel that has just gone is lost; that it has gone is told by its status.
    if (!this.#comm.isDisposed) this.#comm.send(data, undefined, buffers);
  }
}

/**
 * Makes a widget by code, and draws it.
 * @param {any} kernel @param {string} code makes one widget and shows nothing
 * @param {HTMLElement} el
 * @returns {Promise<() => void>} ends the view
 */
export async function widgetIn(kernel, code, el) {
  /** @type {CommModel | undefined} */
  let model;
  kernel.registerCommTarget("jupyter.widget", (/** @type {any} */ comm, /** @type {any} */ { content }) => {
    const { state } = content.data;
    if (state._esm) model = new CommModel(comm, state, kernel);
  });
  await run(kernel, code);
  if (!model) throw Error("The kernel made no panel. Is its evolink-widgets of another version? pip install -U evolink-widgets");
  const source = URL.createObjectURL(new Blob([model.get("_esm")], { type: "text/javascript" }));
  const { default: front } = await import(source).finally(() => URL.revokeObjectURL(source));
  const style = document.createElement("style");
  style.textContent = model.get("_css");
  const ending = new AbortController();
  el.replaceChildren(style);
  const end = await front.render({ model, el, signal: ending.signal });
  return () => (ending.abort(), end?.());
}
