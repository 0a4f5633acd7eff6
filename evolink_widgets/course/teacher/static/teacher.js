// The teacher's page: reads the course's state every few seconds, while it is looked at.
// @ts-check

/**
 * @typedef {object} Student
 * @property {string} name
 * @property {number} budget credits
 * @property {boolean} barred
 * @property {boolean} has_token
 * @property {number} spent credits
 * @property {number} reserved credits
 * @property {number} left credits
 * @property {number} running
 * @property {number} lost
 * @property {number} done
 * @property {number} failed
 * @property {number} refused
 */

/**
 * @typedef {object} Asked
 * @property {string} student
 * @property {string | null} task_id
 * @property {string} prompt
 * @property {string} size
 * @property {string} quality
 * @property {string} step
 * @property {number} cost credits
 * @property {string | null} said
 * @property {number} asked_at Unix seconds
 * @property {number} pictures that came
 * @property {number[]} small which of them have a small copy
 */

/** @typedef {{title: string, course_budget: number | null, students: Student[], asks: Asked[], total: number}} State */

const EVERY = 5000;
const WORDS = /** @type {Record<string, string>} */ ({
  sending: "Sending",
  running: "Running",
  lost: "To settle",
  done: "Done",
  failed: "Failed",
  refused: "Refused",
});

/** @param {string} selector @returns {HTMLElement} */
const find = (selector) => /** @type {HTMLElement} */ (document.querySelector(selector));

/**
 * A node with its text and attributes.
 * @param {string} name @param {Record<string, string>} [attributes]
 * @param {...(Node | string)} children @returns {HTMLElement}
 */
function make(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

/** @param {number} amount */
const credits = (amount) =>
  amount.toLocaleString("en", { maximumFractionDigits: amount && amount < 1 ? 3 : 1 });

// The token stands after "#": no server and no log sees it there.
const given = new URLSearchParams(location.hash.slice(1)).get("token");
if (given) {
  sessionStorage.setItem("evolink-course", given);
  history.replaceState(null, "", location.pathname);
}

/** @param {string} place @param {RequestInit} [how] */
async function ask(place, how = {}) {
  const token = sessionStorage.getItem("evolink-course") ?? "";
  const reply = await fetch(`course/${place}`, {
    ...how,
    headers: { Authorization: `Bearer ${token}` },
  });
  if (reply.status === 401) throw new Error("This page needs the teacher's address: open the one that the gateway printed.");
  if (!reply.ok) throw new Error(`The gateway answered ${reply.status}.`);
  return reply;
}

/** @param {string} text */
function tell(text) {
  const told = find(".told");
  if (told.textContent !== text) told.textContent = text;
}

/** @param {Student} student */
function row(student) {
  const { name, budget, spent, reserved } = student;
  const share = (/** @type {number} */ part) => `${budget ? Math.min(100, (100 * part) / budget) : 0}%`;
  const line = make("span", { class: "line", role: "img", "aria-label": `${credits(spent)} charged and ${credits(reserved)} reserved of ${credits(budget)} credits` });
  const solid = make("i", { class: "charged" });
  solid.style.width = share(spent);
  const held = make("i", { class: "held" });
  held.style.width = share(reserved);
  line.append(solid, held);
  const pause = make(
    "button",
    { type: "button", "aria-pressed": String(student.barred), "data-name": name },
    student.barred ? "Paused" : "Pause",
  );
  pause.setAttribute("aria-label", `${student.barred ? "Let ask again" : "Pause"}: ${name}`);
  const cells = [credits(spent), credits(reserved), credits(budget)].map((text) => make("td", { class: "end" }, text));
  const counts = [student.done, student.running, student.lost, student.refused + student.failed].map((number) =>
    make("td", { class: number ? "end" : "end none" }, String(number)),
  );
  const who = make("th", { scope: "row" }, make("bdi", {}, name));
  if (!student.has_token) who.append(" ", make("small", {}, "no token yet"));
  return make("tr", {}, who, ...cells, make("td", {}, line), ...counts, make("td", {}, pause));
}

/** @type {Map<string, Promise<string>>} */
const links = new Map();

/** @param {string} taskId @param {number} number */
function picture(taskId, number) {
  const place = `pictures/${encodeURIComponent(taskId)}/${number}`;
  let link = links.get(place);
  if (!link) {
    link = ask(place).then(async (reply) => URL.createObjectURL(await reply.blob()));
    links.set(place, link);
    link.catch(() => links.delete(place)); // the next look asks again
  }
  return link;
}

/** @param {Asked} one */
function entry(one) {
  const head = make(
    "p",
    { class: "head" },
    make("bdi", {}, one.student),
    make("span", { class: `step ${one.step}` }, WORDS[one.step] ?? one.step),
    make("span", {}, one.cost ? `${credits(one.cost)} credits` : "Not charged"),
  );
  const node = make("li", {}, head, make("p", { class: "prompt", dir: "auto" }, one.prompt));
  if (one.said) node.append(make("p", { class: "said" }, one.said));
  if (one.task_id && one.pictures) {
    const shown = make("div", { class: "pictures" });
    for (const number of one.small) {
      const image = /** @type {HTMLImageElement} */ (make("img", { alt: one.prompt.slice(0, 200) }));
      picture(one.task_id, number).then((link) => (image.src = link), () => image.remove());
      shown.append(image);
    }
    const missing = one.pictures - one.small.length;
    if (missing) shown.append(make("small", {}, `${missing} without a small copy yet`));
    node.append(shown);
  }
  return node;
}

let last = "";

/** @param {State} state */
function show(state) {
  document.title = state.title;
  find("h1").textContent = state.title;
  const sum = (/** @type {(one: Student) => number} */ of) => state.students.reduce((all, one) => all + of(one), 0);
  const cap = state.course_budget === null ? "" : ` of ${credits(state.course_budget)}`;
  find(".sums").textContent =
    `${credits(sum((one) => one.spent))}${cap} credits charged, ${credits(sum((one) => one.reserved))} reserved; ` +
    `${sum((one) => one.running)} running, ${sum((one) => one.lost)} to settle`;
  const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.name : undefined;
  find(".students").replaceChildren(...state.students.map(row));
  find(".asks").replaceChildren(...state.asks.map(entry));
  if (focused !== undefined) {
    for (const button of document.querySelectorAll("button")) if (button.dataset.name === focused) button.focus();
  }
  if (!state.asks.length) find(".asks").append(make("li", {}, "Nothing has been asked yet."));
}

async function look() {
  try {
    const text = await (await ask("state")).text();
    if (text !== last) show(JSON.parse(text));
    last = text;
    tell("");
  } catch (error) {
    tell(error instanceof TypeError ? "The gateway does not answer. This page tries again." : String(/** @type {Error} */ (error).message));
  }
}

find(".students").addEventListener("click", async (event) => {
  const button = event.target instanceof HTMLElement ? event.target.closest("button") : null;
  if (!button?.dataset.name) return;
  const barred = button.getAttribute("aria-pressed") !== "true";
  try {
    await ask(`students/${encodeURIComponent(button.dataset.name)}`, { method: "POST", body: JSON.stringify({ barred }) });
    tell(barred ? `${button.dataset.name} can ask no more; what runs goes on.` : `${button.dataset.name} can ask again.`);
    last = "";
  } catch (error) {
    tell(String(/** @type {Error} */ (error).message));
  }
  await look();
});

find(".export").addEventListener("click", async () => {
  try {
    const link = URL.createObjectURL(await (await ask("export")).blob());
    make("a", { href: link, download: "course.csv" }).click();
    URL.revokeObjectURL(link);
  } catch (error) {
    tell(String(/** @type {Error} */ (error).message));
  }
});

look();
setInterval(() => document.visibilityState === "visible" && look(), EVERY);
