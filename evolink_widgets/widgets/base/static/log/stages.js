/** The signs of a run: one for each stage, and where it comes from. */
import { DISC, ICONS } from "../dom.js";

Object.assign(ICONS, {
  processing: "M2 3h12v10H2zM2 12l4-4 3 3 2-2 3 3M11 6v.01",
  done: DISC + "M5 8l2.25 2.25L11 6",
  failed: "M5.5 2h5L14 5.5v5L10.5 14h-5L2 10.5v-5zM6 6l4 4m0-4l-4 4",
  refused: "M8 2l5 2v4c0 3-2 5-5 6-3-1-5-3-5-6V4zM8 5v3.5m0 2v.01",
  stopped: DISC + "M8 4.75V8l2 1.5",
  unknown: DISC + "M6 6.5c0-2 4-2 4 0 0 1.5-2 1.5-2 3m0 1.5v.01",
  store: "M2 2.5h12V6H2zM3 6v7.5h10V6M6.5 9h3",
});
