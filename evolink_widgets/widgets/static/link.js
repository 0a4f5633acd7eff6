/** Requests and answers over `model.send`; pictures are pulled in chunks at a pace the server bears. */

/** An answer that takes longer counts as late, and as lost for what may be asked twice. */
const LATE = 3000;
/** Jupyter Server drops messages above 1 MB/s, averaged over 3 s; a third is left to others. */
const SHARE = { bytes: 2_000_000, span: 3000 };
const CHUNK = 262_144;
const KINDS = ["image/png", "image/jpeg", "image/webp"];

/** @param {Model} model @param {AbortSignal} signal @returns {Link} */
export function connect(model, signal) {
  const mark = Math.random().toString(36).slice(2, 8);
  let count = 0;
  /** @type {Map<string, (answer: Answer) => void>} */
  const waiting = new Map();
  /** @type {Record<string, (message: any, buffers: DataView[]) => void>} */
  const listeners = {};
  // Several panels of one page share the server's allowance.
  const spent = (/** @type {any} */ (globalThis)[Symbol.for("evolink.spent")] ??= /** @type {[number, number][]} */ ([]));

  /** @param {any} message @param {DataView[]} buffers */
  const receive = (message, buffers = []) => {
    if (!message || typeof message.kind !== "string") return;
    const answer = waiting.get(message.id);
    if (message.id !== undefined && !answer) return;
    link.onLate(false);
    if (answer) answer({ message, buffers });
    else listeners[message.kind]?.(message, buffers);
  };
  model.on("msg:custom", receive);
  signal.addEventListener("abort", () => model.off("msg:custom", receive));

  /** Waits until another chunk fits into the last three seconds. @param {AbortSignal} [stop] */
  const pace = async (stop) => {
    for (;;) {
      stop?.throwIfAborted();
      const now = performance.now();
      while (spent.length && spent[0][0] < now - SHARE.span) spent.shift();
      const used = spent.reduce((/** @type {number} */ sum, /** @type {[number, number]} */ [, bytes]) => sum + bytes, 0);
      if (used + CHUNK <= SHARE.bytes) return void spent.push([now, CHUNK]);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };

  /** @type {Link} */
  const link = {
    onLate: () => {},
    on: (kind, listener) => void (listeners[kind] = listener),
    ask: (kind, fields = {}, { tries = 1, signal: stop, every = LATE } = {}) =>
      new Promise((resolve, reject) => {
        const id = `${mark}${count++}`;
        /** @type {ReturnType<typeof setTimeout>} */
        let timer;
        const end = () => {
          clearTimeout(timer);
          waiting.delete(id);
          stop?.removeEventListener("abort", quit);
          signal.removeEventListener("abort", quit);
        };
        const quit = () => (end(), reject(new DOMException("No longer wanted.", "AbortError")));
        // The same id again: Python may answer twice, the first answer counts.
        const send = (/** @type {number} */ left, /** @type {number} */ wait) => {
          model.send({ kind, id, ...fields });
          timer = setTimeout(() => {
            link.onLate(true);
            if (left > 1) send(left - 1, wait * 2);
            else if (tries > 1) {
              end();
              reject(new Error("The kernel did not answer."));
            }
          }, wait);
        };
        waiting.set(id, (answer) => {
          end();
          if (answer.message.kind !== "rejected") return resolve(answer);
          reject(Object.assign(new Error(answer.message.message ?? "This was refused."), { answer: answer.message }));
        });
        stop?.addEventListener("abort", quit);
        signal.addEventListener("abort", quit);
        if (stop?.aborted || signal.aborted) quit();
        else send(tries, every);
      }),
    async pull(picture, what, { signal: stop, progress } = {}) {
      const parts = [];
      let offset = 0;
      for (;;) {
        await pace(stop);
        const { message, buffers } = await link.ask("bytes", { picture, what, offset }, { tries: 5, signal: stop });
        const part = buffers[0];
        if (!part?.byteLength || message.offset !== offset) throw new Error("The picture's bytes are not complete.");
        parts.push(part);
        offset += part.byteLength;
        progress?.(offset / message.total);
        if (offset >= message.total) {
          const type = KINDS.includes(message.type) ? message.type : "application/octet-stream";
          return { blob: new Blob(/** @type {any} */ (parts), { type }), name: message.name };
        }
      }
    },
  };
  return link;
}
