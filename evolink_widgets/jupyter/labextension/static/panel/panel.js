/** The side panel: what runs, the pictures, what was spent; for all kernels of this server, also when none runs. */
import { takeDrops } from "../pictures/drops.js";
import { settingsOf } from "../host.js";
import { picturesPart } from "./pictures_part.js";
import { runningPart } from "./running_part.js";
import { spendingPart } from "./spending_part.js";
import { addStyles } from "./styles.js";

/** The share of the panel's height that a section may take beside the pictures. */
const MOST = { running: 0.4, spending: 0.36 };
/** Pixels that a picture has at least, where the settings say nothing. */
const SMALLEST = 84;
/** A section's head, in pixels. */
const HEAD = 36;

/**
 * Fills the panel, the first time that it is seen.
 * @param {Host} host @param {any} side the host's side panel, empty
 */
export async function fillPanel(host, side) {
  const [{ Widget }, server, loaded] = await Promise.all([
    host.load("@lumino/widgets"),
    host.server,
    settingsOf(host),
    addStyles(),
  ]);
  const size = loaded?.composite.thumbnailSize ?? SMALLEST;
  const parts = [runningPart(host), picturesPart(host, /** @type {Server} */ (server), size), spendingPart(host)];
  takeDrops(host);
  const sections = parts.map(({ node, title }) => {
    const section = new Widget({ node });
    section.title.label = title;
    section.addClass("evolink-section");
    side.addWidget(section);
    return section;
  });
  const heads = () => [...side.node.querySelectorAll(".lm-AccordionPanel-title")];

  /** Pictures takes what the others leave. */
  const fit = () => {
    const height = side.node.clientHeight - HEAD * sections.length;
    if (height <= 0 || sections.some((section) => section.isHidden)) return;
    const wanted = (/** @type {number} */ i, /** @type {number} */ most) =>
      Math.max(48, Math.min(parts[i].height(), height * most));
    const [running, spending] = [wanted(0, MOST.running), wanted(2, MOST.spending)];
    side.content.setRelativeSizes([running, height - running - spending, spending]);
  };
  const count = (/** @type {number} */ i, /** @type {string} */ words) => {
    const head = heads()[i];
    // Beside the host's own title: another title would be another node, and the focus would go with the old one.
    const at = head?.querySelector(".evolink-count") ?? head?.appendChild(Object.assign(document.createElement("span"), { className: "evolink-count" }));
    if (!at || at.textContent === words) return;
    at.textContent = words;
    head.setAttribute("aria-label", [parts[i].title, words].filter(Boolean).join(" "));
  };
  parts[1].counted = (words) => count(1, words);
  const cut = document.createElement("p");
  cut.className = "evolink-cut";
  cut.setAttribute("role", "status");
  cut.hidden = true;
  side.node.prepend(cut);
  /** @type {Server} */ (server).listen((told) => {
    cut.hidden = told.kind !== "cut";
    cut.textContent = cut.hidden ? "" : "The server does not answer. This is what was last known.";
    if (told.kind === "changed") parts[1].changed?.();
    if (told.kind !== "state") return;
    for (const part of parts) part.take?.(told);
    count(0, parts[0].words(told));
    fit();
  });
  new ResizeObserver(fit).observe(side.node);
}
