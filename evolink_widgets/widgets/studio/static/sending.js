/** Files to the kernel, slice by slice: the next one goes when the last has arrived. */
import { sha256 } from "./digest.js";

/** Bytes of a slice: what a server lets through between everything else. */
const SLICE = 262144;
/** How often a slice is sent anew: over twelve minutes, for a kernel that a cell keeps busy. */
const PATIENT = 8;

/**
 * Only one slice at a time is in memory. Python says how much it has, and it goes on from there.
 * @param {Link} link
 * @param {File} file
 * @param {string} upload names it, for Python
 * @param {AbortSignal} stop
 * @param {(share: number) => void} tell how much has arrived, from 0 to 1
 * @returns the answer: its card
 */
export async function sendFile(link, file, upload, stop, tell) {
  const { size, name } = file;
  const digest = sha256();
  let offset = 0;
  let digested = 0;
  while (offset < size) {
    const piece = await file.slice(offset, offset + SLICE).arrayBuffer();
    // What goes a second time was counted before.
    if (offset === digested) {
      digest.add(piece);
      digested += piece.byteLength;
    }
    const [{ at }] = await link.ask("put", { upload, offset, buffers: [piece] }, PATIENT, stop);
    offset = at;
    tell(offset / size);
  }
  return link.ask("take", { upload, name, total: size, sha256: digest.hex() }, PATIENT, stop);
}
