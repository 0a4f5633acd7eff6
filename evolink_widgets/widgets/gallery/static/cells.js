/** A place of the grid: a cell that is built once, and painted for each picture that it comes to stand for. */
import { flag, h, num, set, tool, write } from "../../base/static/dom.js";
import { picTools } from "../../base/static/work.js";
import { ALL } from "../../pictures/static/picture_work.js";

/** @param {Desk} ui @param {Hand} hand @param {(place: number) => void} check selects a place, or no longer */
export function buildCell(ui, hand, check) {
  const current = () => hand.picture(cell.at);
  const { tell } = ui.told;
  const [star] = picTools(ui, tell, current, {}, ALL.slice(0, 1));
  star.className = "ew-check ew-like";
  const more = tool("ico", "More", "more", () => ui.menu(more, current(), tell, () => hand.open(cell.at)), { "aria-haspopup": "menu" });
  const cell = h(
    "div.cell",
    { role: "gridcell" },
    h(
      "div.tile",
      h("img", { alt: "", draggable: false, decoding: "async" }),
      h("bdi.gone"),
      tool("check", "Select", "check", () => check(cell.at)),
      star,
      h("div.over", ...picTools(ui, tell, current, {}, ui.tools), more),
    ),
    h("bdi.caption"),
  );
  return cell;
}

/**
 * Draws one place; what is drawn already is not touched.
 * @param {any} cell
 * @param {boolean} hasArrived it has just come
 * @param {[number, number, Found | null | undefined, Thumb | null | undefined, boolean, number]} look the place, how many
 *   there are, what stands there, its small picture, whether it is selected, its tabindex
 */
export function paintCell(cell, hasArrived, ...look) {
  if (look.every((part, k) => part === cell.look?.[k])) return;
  const [place, count, found, thumb, isSelected, tab] = look;
  cell.look = look;
  cell.at = place;
  const [tile, caption] = cell.children;
  const [image, gone, check, star] = tile.children;
  const lost = place < count && (found === null ? "This picture can't be read." : thumb?.gone);
  set(cell, {
    tabindex: tab,
    label: `Picture ${num(place + 1)} of ${num(count)}: ${found?.alt ?? (lost || "loading")}`,
    "aria-selected": found ? isSelected : null,
  });
  cell.hidden = place >= count;
  for (const button of tile.querySelectorAll("button")) button.tabIndex = tab;
  set(check, { "aria-pressed": isSelected });
  set(star, { "aria-pressed": !!found?.favourite });
  flag(cell, "blank", !found);
  write(gone, lost || "");
  write(caption, found?.prompt);
  image.hidden = !thumb?.url;
  flag(image, "pic", hasArrived);
  if (thumb?.url && image.src !== thumb.url) image.src = thumb.url;
}
