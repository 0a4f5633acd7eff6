/** The gallery's model where the server is at the other end: the same messages, asked over HTTP. */

/** Small pictures that are fetched at once. */
const AT_ONCE = 6;
/** What the gallery's filters can say. */
const ANY = {
  text: "", size: null, quality: null, model: null, notebook: null, favourite: false,
  simulated: null, since: null, until: null, trashed: false, selected: [], _key: "side",
};

/** @param {Server} server @param {"small" | "thumb"} size @returns {Model & { changed(): void }} */
export function modelOver(server, size) {
  /** @type {Record<string, any>} */
  const state = { ...ANY };
  /** @type {[string, (...args: any[]) => void][]} */
  let listeners = [];
  let fetching = new AbortController();
  const fire = (/** @type {string} */ name, /** @type {any[]} */ ...args) => {
    for (const [n, callback] of [...listeners]) if (n === name) callback(...args);
  };
  const tell = (/** @type {any} */ told, /** @type {any[]} */ buffers = []) => fire("msg:custom", told, buffers);

  /** @param {string[]} wanted the most wanted first */
  async function thumbs(wanted) {
    fetching.abort();
    const { signal } = (fetching = new AbortController());
    const waiting = [...wanted];
    const work = async () => {
      for (let id = waiting.shift(); id && !signal.aborted; id = waiting.shift()) {
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

  /** What each kind of message is answered with. @type {Record<string, (asked: any) => any>} */
  const answers = {
    hello: () => ({ kind: "welcome", runs: [], simulated: false, service: "", keySource: null, folder: "" }),
    look: ({ query }) => server.get("pictures/look", { query }),
    page: ({ query, offset, limit }) => server.get("pictures/page", { query, offset, limit }),
    ids: ({ query, from, to }) => server.get("pictures/ids", { query, from, to }),
    facts: ({ picture }) => server.get("pictures/facts", { picture }),
    code: ({ picture }) => server.get("pictures/code", { picture }),
    favourite: ({ pictures, on }) => server.post("pictures/favourite", { pictures, on }),
    trash: ({ pictures }) => server.post("pictures/trash", { pictures }),
    restore: ({ pictures }) => server.post("pictures/restore", { pictures }),
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
      try {
        const answer = answers[kind];
        if (!answer) throw Error("The side panel can't do that. A gallery in a notebook can: ew.Gallery()");
        const told = (await answer(asked)) ?? {};
        const [body, ...buffers] = Array.isArray(told) ? told : [told];
        tell({ kind: "ok", ...body, id }, buffers);
      } catch (error) {
        tell({ kind: "rejected", id, message: /** @type {Error} */ (error).message });
      }
    },
    changed: () => tell({ kind: "changed" }),
  };
}
