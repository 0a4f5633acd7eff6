/** Running: each task with its prompt, bar, range of time left and notebook; what needs a person first. */
import { fill, h, icon, set, write } from "../widgets/base/static/dom.js";
import { timeLeft } from "../widgets/base/static/log/runs.js";

/** Seconds between two draws of what time alone changes. */
const TICK = 1000;

/** How much of a task is over, by its time; never all of it. @param {Ongoing} task @param {number} gone seconds */
function share({ left, n, pictures }, gone) {
  const landed = pictures.length / n;
  if (!left) return landed;
  const passed = Math.max(0, gone);
  return Math.max(landed, Math.min(0.97, passed / (passed + Math.max(0.5, (left[0] + left[1]) / 2 - passed))));
}

/** @param {Host} host @returns {any} */
export function runningPart(host) {
  const list = h("div.tasks");
  const node = h("section", { class: "ew ew-of-side ew-running", label: "Running" }, list);
  /** @type {Map<string, any>} */
  const lines = new Map();
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let ticking;
  /** By how much the server's clock is ahead, in seconds. */
  let ahead = 0;

  const folderOf = (/** @type {Ongoing} */ { folder }) => folder.split("/").slice(0, -1).join("/");

  /** @param {Ongoing} task */
  function build(task) {
    const [thumb, prompt, title, left, may] = ["div.thumb", "bdi.prompt", "span", "span.left", "span.perhaps"].map((spec) => h(spec));
    const bar = h("i");
    const go = async () => (await import("../kernel/cells.js")).goToTask(host, line.task, folderOf(line.task));
    const act = h("button.btn.first", () => host.app.commands.execute("evolink-widgets:collect", { cwd: folderOf(line.task) }));
    const text = h("button.go", { onclick: go, title: "Go to the cell" }, prompt, h("span.under", title, left));
    const line = h("li.task", thumb, h("div.body", text, may, h("div.acts", act), h("div.prog", { "aria-hidden": true }, bar)));
    Object.assign(line, { parts: { thumb, prompt, title, left, may, bar, act } });
    return line;
  }

  /** @param {any} line */
  function tick(line) {
    const task = /** @type {Ongoing} */ (line.task);
    const gone = Date.now() / 1000 + ahead - task.at;
    const age = task.at - task.since + gone;
    const ends = task.left?.map((end) => Math.max(0, end - gone));
    write(line.parts.left, ends ? (ends[1] < 1 ? "longer than usual" : timeLeft(ends[0], ends[1])) : "");
    const whole = task.left && { ...task, left: /** @type {[number, number]} */ ([task.left[0] + age - gone, task.left[1] + age - gone]) };
    set(line.parts.bar, { "--p": `${Math.round(100 * share(whole || task, age))}%` });
  }

  /** @param {Ongoing} task */
  function draw(task) {
    const line = lines.get(task.key) ?? build(task);
    lines.set(task.key, line);
    line.task = task;
    const { thumb, prompt, title, may, act, bar } = line.parts;
    line.className = `ew-task ew-${task.stage}${task.needs ? " ew-needs" : ""}`;
    write(prompt, task.prompt || "No prompt");
    const landed = task.stage === "processing" && task.n > 1 && !task.needs ? `, ${task.pictures.length} of ${task.n}` : "";
    write(title, task.title + landed);
    write(may, task.may);
    may.hidden = !task.may;
    act.hidden = !task.needs;
    write(act, task.stage === "unknown" ? "Look again" : "Collect");
    bar.parentElement.hidden = task.needs;
    const shown = task.pictures.slice(-4).join();
    if (thumb.shown !== (thumb.shown = `${shown} ${task.stage}`)) drawThumb(thumb, task);
    tick(line);
    return line;
  }

  /** @param {any} thumb @param {Ongoing} task */
  async function drawThumb(thumb, task) {
    const mine = thumb.shown;
    if (!task.pictures.length) return fill(thumb, icon(task.needs && task.stage !== "unknown" ? "saving" : task.stage));
    const server = /** @type {Server} */ (await host.server);
    const found = await Promise.all(task.pictures.slice(-4).map((id) => server.bytes("small", id).catch(() => null)));
    if (mine !== thumb.shown) return;
    const urls = found.flatMap((one) => (one ? [URL.createObjectURL(one.blob)] : []));
    const images = urls.map((src) => h("img", { src, alt: "", onload: () => URL.revokeObjectURL(src) }));
    fill(thumb, ...images);
  }

  return {
    title: "Running",
    node,
    height: () => list.scrollHeight + 16,
    /** @param {any} told */
    words({ tasks }) {
      const needs = tasks.filter((/** @type {Ongoing} */ task) => task.needs).length;
      const running = tasks.length - needs;
      const you = needs && `${needs} ${needs === 1 ? "needs" : "need"} you`;
      return you ? (running ? `${running}, ${you}` : you) : `${running}`;
    },
    /** @param {any} told */
    take({ tasks, at }) {
      ahead = at - Date.now() / 1000;
      /** @type {Map<string, Ongoing[]>} */
      const groups = new Map();
      for (const task of tasks) {
        const name = task.notebook ?? task.folder;
        groups.set(name, [...(groups.get(name) ?? []), task]);
      }
      const keys = new Set(tasks.map((/** @type {Ongoing} */ { key }) => key));
      for (const key of lines.keys()) if (!keys.has(key)) lines.delete(key);
      const held = document.activeElement;
      const nodes = [...groups].map(([name, group]) => {
        const first = group.sort((a, b) => Number(b.needs) - Number(a.needs) || a.since - b.since);
        return h("div.group", h("p.of", icon("file"), h("bdi", name)), h("ul.list", { label: name }, ...first.map(draw)));
      });
      fill(list, ...(nodes.length ? nodes : [h("p.quiet", "Nothing is running.")]));
      if (held instanceof HTMLElement && list.contains(held)) held.focus();
      clearInterval(ticking);
      if (tasks.length) ticking = setInterval(() => lines.forEach(tick), TICK);
    },
  };
}
