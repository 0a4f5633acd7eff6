/** Files to the kernel, slice by slice: the next one goes when the last has arrived. */

/** Bytes of a slice: what a server lets through between everything else. */
const SLICE = 262144;
/** How often a slice is sent anew: over twelve minutes, for a kernel that a cell keeps busy. */
const PATIENT = 8;

/** What each byte does to a CRC-32. */
const BYTES = Int32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = (rest >>> 1) ^ (rest & 1 && 0xedb88320);
  return rest;
});

/** CRC-32 of bytes after others. @param {number} sum of those before @param {Uint8Array} bytes */
function crc32(sum, bytes) {
  let rest = ~sum;
  for (let i = 0; i < bytes.length; i++) rest = (rest >>> 8) ^ BYTES[(rest ^ bytes[i]) & 255];
  return ~rest >>> 0;
}

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
  let offset = 0;
  let counted = 0;
  let crc = 0;
  while (offset < size) {
    const piece = await file.slice(offset, offset + SLICE).arrayBuffer();
    // What goes a second time was counted before.
    if (offset === counted) {
      crc = crc32(crc, new Uint8Array(piece));
      counted += piece.byteLength;
    }
    const [{ at }] = await link.ask("put", { upload, offset, buffers: [piece] }, PATIENT, stop);
    offset = at;
    tell(offset / size);
  }
  return link.ask("take", { upload, name, total: size, crc }, PATIENT, stop);
}
