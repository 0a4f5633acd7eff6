/** How much of two pictures differs, counted in the browser and told in words. */

/** The longest edge at which pixels are counted: larger says the same and takes longer. */
const COUNTED = 1024;
/** Levels of 255 that an eye tells apart, and lossy copies differ by. */
const NOTICED = 10;

/**
 * Draws a picture into a frame, whole, and reads the pixels.
 * @param {HTMLImageElement} image @param {number} width @param {number} height
 */
function pixelsOf(image, width, height) {
  const canvas = new OffscreenCanvas(width, height);
  const pen = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  const scale = Math.min(width / image.naturalWidth, height / image.naturalHeight);
  const [w, h] = [image.naturalWidth * scale, image.naturalHeight * scale];
  pen.drawImage(image, (width - w) / 2, (height - h) / 2, w, h);
  return pen.getImageData(0, 0, width, height).data;
}

/**
 * The share of the pixels that differ, and by how much of the full range these do on average.
 * @param {HTMLImageElement} first its proportion is the frame's @param {HTMLImageElement} other
 */
export function measured(first, other) {
  const { naturalWidth, naturalHeight } = first;
  const scale = Math.min(1, COUNTED / Math.max(naturalWidth, naturalHeight));
  const [width, height] = [naturalWidth, naturalHeight].map((edge) => Math.max(1, Math.round(edge * scale)));
  const [a, b] = [first, other].map((image) => pixelsOf(image, width, height));
  let [count, sum] = [0, 0];
  for (let i = 0; i < a.length; i += 4) {
    let most = 0;
    for (let j = i; j < i + 4; j++) most = Math.max(most, Math.abs(a[j] - b[j]));
    if (most >= NOTICED) {
      count++;
      sum += most;
    }
  }
  return { share: (4 * count) / a.length, by: count && sum / count / 255, width, height };
}

/** @param {number} share */
const percent = (share) => (share < 0.01 ? "Under 1 %" : `${Math.round(share * 100)} %`);

/** @param {ReturnType<typeof measured>} found @param {boolean} same both files are the same */
export function inWords({ share, by, width, height }, same) {
  if (same) return "The files are the same, byte for byte.";
  const what = share ? `${percent(share)} of the pixels differ, by ${percent(by)} on average` : "No difference can be seen";
  return `${what}; counted at ${width} × ${height} px.`;
}
