/** SHA-256 as bytes come, so that no file is in memory as a whole; `crypto.subtle` can't do that, and needs https. */

/** The first 32 bits of a number's fraction. @param {number} x */
const fraction = (x) => (x * 2 ** 32) | 0;
/** The algorithm's constants: roots of the first primes. @type {number[]} */
const ROUNDS = [];
/** @type {number[]} */
const START = [];
for (let n = 2; ROUNDS.length < 64; n++) {
  let d = 2;
  while (n % d) d++;
  if (d < n) continue;
  if (START.length < 8) START.push(fraction(Math.sqrt(n)));
  ROUNDS.push(fraction(Math.cbrt(n)));
}

/** @param {number} x @param {number} by */
const turn = (x, by) => (x >>> by) | (x << (32 - by));

export function sha256() {
  const state = Int32Array.from(START);
  const words = new Int32Array(64);
  const rest = new Uint8Array(64);
  let held = 0;
  let total = 0;

  /** @param {DataView} view @param {number} at */
  function block(view, at) {
    for (let i = 0; i < 16; i++) words[i] = view.getInt32(at + 4 * i);
    for (let i = 16; i < 64; i++) {
      const near = words[i - 2];
      const far = words[i - 15];
      const mixed = turn(far, 7) ^ turn(far, 18) ^ (far >>> 3);
      words[i] = words[i - 16] + mixed + words[i - 7] + (turn(near, 17) ^ turn(near, 19) ^ (near >>> 10));
    }
    let [a, b, c, d, e, f, g, last] = state;
    for (let i = 0; i < 64; i++) {
      const chosen = (e & f) ^ (~e & g);
      const most = (a & b) ^ (a & c) ^ (b & c);
      const one = last + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + chosen + ROUNDS[i] + words[i];
      const two = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + most;
      last = g;
      g = f;
      f = e;
      e = (d + one) | 0;
      d = c;
      c = b;
      b = a;
      a = (one + two) | 0;
    }
    [a, b, c, d, e, f, g, last].forEach((value, i) => (state[i] += value));
  }

  /** @param {ArrayBuffer} buffer */
  function add(buffer) {
    const bytes = new Uint8Array(buffer);
    const [outer, inner] = [buffer, rest.buffer].map((one) => new DataView(one));
    let at = 0;
    total += bytes.length;
    while (at < bytes.length) {
      if (!held && bytes.length - at >= 64) {
        block(outer, at);
        at += 64;
        continue;
      }
      const count = Math.min(64 - held, bytes.length - at);
      rest.set(bytes.subarray(at, at + count), held);
      at += count;
      held = (held + count) % 64;
      if (!held) block(inner, 0);
    }
  }

  return {
    add,
    /** Ends it. @returns {string} in hex */
    hex() {
      const bits = total * 8;
      const tail = new Uint8Array(((119 - held) & 63) + 9);
      const view = new DataView(tail.buffer);
      tail[0] = 128;
      view.setUint32(tail.length - 8, bits / 2 ** 32);
      view.setUint32(tail.length - 4, bits);
      add(tail.buffer);
      return [...state].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
    },
  };
}
