/** The gallery's model where the server is at the other end: the same messages, asked over HTTP. */

/** Small pictures that are fetched at once. */
const AT_ONCE = 6;
/** What the gallery's filters can say. */
const ANY = {
  text: "", size: null, quality: null, model: null, notebook: null, favourite: false,
  simulated: null, recorded: null, since: null, until: null, trashed: false, selected: [], _key: "side",
};

/** @param {Server} server @param {"small" | "thumb"} size @returns {Model & { changed(): void }} */
export function modelOver(server, size) {
  /** @type {Record<string, any>} */
  const state = { ...ANY };
  /** @type {[string, (...args: any[]) => void][]} */
  let listeners = [];
  let fetching = new AbortController();
  /** What is being answered: asked again meanwhile, it comes once, and is sent for once. @type {Set<string>} */
  const under = new Set();
  /** What this page has moved to the trash: until it is drawn anew, it is not asked for. @type {Set<string>} */
  const trashed = new Set();
  const fire = (/** @type {string} */ name, /** @type {any[]} */ ...args) => {
    for (const [n, callback] of [...listeners]) if (n === name) callback(...args);
  };
  const tell = (/** @type {any} */ told, /** @type {any[]} */ buffers = []) => fire("msg:custom", told, buffers);

  const changed = () => tell({ kind: "changed" });

  /** @param {string[]} wanted the most wanted first */
  async function thumbs(wanted) {
    fetching.abort();
    const { signal } = (fetching = new AbortController());
    const waiting = [...wanted];
    const work = async () => {
      for (let id = waiting.shift(); id && !signal.aborted; id = waiting.shift()) {
        if (trashed.has(id)) continue;
        try {
          const { blob } = await server.bytes(size, id, signal);
          tell({ kind: "thumbs", pictures: [{ id }] }, [blob]);
        } catch (error) {
          if (!signal.aborted) tell({ kind: "thumbs", pictures: [{ id, gone: /** @type {Error} */ (error).message }] }, [""]);
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  /** Changes pictures; this page looks at once, and others when the server tells them. @param {string} what @param {object} given */
  async function write(what, given) {
    const told = await server.post(`pictures/${what}`, given);
    setTimeout(changed);
    return told;
  }

  /** All stores under the root go home from here; a server that does not let this page take them says so. */
  async function homeOf() {
    const told = await server.get("home/look").catch(() => null);
    return told && { mark: "", folder: "What is under this folder", machine: told.machine };
  }

  /** What each kind of message is answered with. @type {Record<string, (asked: any) => any>} */
  const answers = {
    hello: async () => ({ kind: "welcome", runs: [], simulated: false, badge: "", service: "", keySource: null, folder: "", home: await homeOf() }),
    look: ({ query }) => server.get("pictures/look", { query }),
    page: ({ query, offset, limit }) => server.get("pictures/page", { query, offset, limit }),
    ids: ({ query, from, to }) => server.get("pictures/ids", { query, from, to }),
    facts: ({ picture }) => server.get("pictures/facts", { picture }),
    code: ({ picture }) => server.get("pictures/code", { picture }),
    favourite: ({ pictures, on }) => write("favourite", { pictures, on }),
    trash({ pictures }) {
      for (const id of pictures) trashed.add(id);
      return write("trash", { pictures });
    },
    restore({ pictures }) {
      for (const id of pictures) trashed.delete(id);
      return write("restore", { pictures });
    },
    thumbs: ({ pictures }) => void thumbs(pictures),
    async bytes({ picture, what }) {
      const { blob, name } = await server.bytes(what, picture);
      return [{ total: blob.size, type: blob.type, name }, await blob.arrayBuffer()];
    },
  };

  return {
    get: (name) => state[name],
    set(name, value) {
      if (JSON.stringify(state[name]) === JSON.stringify(value)) return;
      state[name] = value;
      fire(`change:${name}`);
    },
    // What is looked for here is this page's own.
    save_changes() {},
    on: (name, callback) => void listeners.push([name, callback]),
    off: (name, callback) => {
      listeners = listeners.filter(([n, c]) => (name && n !== name) || (callback && c !== callback));
    },
    async send({ id, kind, ...asked }) {
      if (under.has(id)) return;
      under.add(id);
      try {
        const answer = answers[kind];
        if (!answer) throw Error("The side panel can't do that. A gallery in a notebook can: ew.Gallery()");
        const told = (await answer(asked)) ?? {};
        const [body, ...buffers] = Array.isArray(told) ? told : [told];
        tell({ kind: "ok", ...body, id }, buffers);
      } catch (error) {
        tell({ kind: "rejected", id, message: /** @type {Error} */ (error).message });
      } finally {
        under.delete(id);
      }
    },
    changed,
  };
}
