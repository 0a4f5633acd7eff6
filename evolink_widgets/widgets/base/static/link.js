/** Requests and answers over `model.send`; pictures are pulled in chunks at a pace the server bears. */
import { atEnd, sleep, token } from "./dom.js";

/** An answer that takes longer is late, and lost where asking twice does no harm. */
const LATE = 3000;
/** Jupyter Server drops what passes 1 MB/s over 3 s: Python keeps all below that, and these 7 chunks of 256 kB leave a part of it to others. */
const CHUNKS = 7;

/** @param {Model} model @param {AbortSignal} signal @returns {Link} */
export function connect(model, signal) {
  const mark = token();
  /** @type {Map<string, Tell>} */
  const waiting = new Map();
  /** The panels of one page share the server's allowance: when chunks were asked for. @type {number[]} */
  const asked = /** @type {any} */ (globalThis.evolinkAsked ??= []);
  let count = 0;

  /** @type {Link["ask"]} */
  const ask = (kind, { buffers, ...said } = {}, tries = 1, stop = signal) =>
    new Promise((resolve, reject) => {
      const id = mark + count++;
      let wait = LATE;
      /** @type {ReturnType<typeof setTimeout>} */
      let timer;

      const end = (/** @type {() => void} */ settle) => {
        clearTimeout(timer);
        stop.removeEventListener("abort", abort);
        waiting.delete(id);
        settle();
      };
      const quit = (/** @type {string} */ why, more = {}) => end(() => reject(Object.assign(Error(why), more)));
      const abort = () => quit("");
      // The same id each time: Python may answer twice, the first answer counts.
      const send = (/** @type {number} */ left) => {
        model.send({ kind, id, ...said }, undefined, buffers);
        timer = setTimeout(() => {
          if (left > 1) send(left - 1);
          else if (tries > 1) quit("The kernel did not answer.");
        }, wait);
        wait *= 2;
      };

      // Without words, as what is under way then: a view that has ended tells nothing, and tries nothing again.
      if (stop.aborted) return abort();
      atEnd(stop, abort);
      waiting.set(id, (told, buffers) => {
        if (told.kind === "rejected") quit(told.message, { told });
        else end(() => resolve([told, buffers]));
      });
      send(tries);
    });

  /** Waits until a chunk more may be asked for. */
  async function room() {
    while (Date.now() - asked[0] < LATE && asked.length >= CHUNKS) await sleep(100);
    asked.push(Date.now());
    asked.splice(0, asked.length - CHUNKS);
  }

  /** @type {Link["pull"]} */
  async function pull(picture, what, stop = signal) {
    const parts = [];
    let offset = 0;
    for (;;) {
      await room();
      const [{ total, type, name }, [part]] = await ask("bytes", { picture, what, offset }, 5, stop);
      if (!part?.byteLength) throw Error("Only a part of it arrived. Try again.");
      // As a Blob of its own the browser may lay it on its disk.
      parts.push(new Blob([/** @type {any} */ (part)]));
      offset += part.byteLength;
      if (offset >= total) return [new Blob(parts, { type }), name];
    }
  }

  /** @type {Link} */
  const link = { on: {}, ask, pull };
  listen(model, signal, "msg:custom", (told, buffers = []) => {
    const take = told.id ? waiting.get(told.id) : link.on[told.kind];
    take?.(told, buffers);
  });
  return link;
}

/** Listens to the model until the view ends. @param {Model} model @param {AbortSignal} signal @param {string} name @param {(...args: any[]) => void} act */
export function listen(model, signal, name, act) {
  model.on(name, act);
  atEnd(signal, () => model.off(name, act));
}
