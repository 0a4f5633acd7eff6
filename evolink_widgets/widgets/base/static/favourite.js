/** The mark of a favourite, where a panel shows the pictures of its runs. */
import { ICONS } from "./dom.js";

ICONS.star = "M8 2.25l1.8 3.7 4 .6-2.9 2.8.7 4L8 11.5l-3.6 1.9.7-4-2.9-2.8 4-.6z";

/** Marks a picture, or takes the mark back. @type {Work} */
export const FAVOURITE = [
  "Favourite",
  "star",
  "",
  async ({ link, mark }, pic) => {
    const on = !pic.favourite;
    await link.ask("favourite", { pictures: [pic.id], on }, 3);
    pic.favourite = on;
    mark?.();
    return on ? "Marked." : "Unmarked.";
  },
];
