/** A stand-in for anywidget's model and for the Python side behind it: plays the protocol, records what it hears. */

/** Stages in which nothing more happens by itself. */
const ENDINGS = ["done", "failed", "refused", "stopped", "unknown"];

export class Model {
  constructor(state, delay = 0) {
    this.state = state;
    /** Milliseconds that a message is on its way, in either direction. */
    this.delay = delay;
    this.widget_manager = { kernel: { connectionStatus: "connected" } };
    this.saved = [];
    this.sent = [];
    this.listeners = [];
    this.dirty = {};
  }
  get(name) {
    return this.state[name];
  }
  set(name, value) {
    if (JSON.stringify(this.state[name]) === JSON.stringify(value)) return;
    this.state[name] = value;
    this.dirty[name] = value;
    this.fire(`change:${name}`);
  }
  save_changes() {
    if (Object.keys(this.dirty).length) this.saved.push(this.dirty);
    this.dirty = {};
  }
  on(name, callback) {
    this.listeners.push([name, callback]);
  }
  off(name, callback) {
    this.listeners = this.listeners.filter(([n, c]) => (name && n !== name) || (callback && c !== callback));
  }
  fire(name, ...args) {
    for (const [n, callback] of [...this.listeners]) if (n === name) callback(...args);
  }
  send(content, callbacks, buffers) {
    const message = JSON.parse(JSON.stringify(content));
    this.sent.push(message);
    const arrive = () => window.kernel.hear(message, buffers);
    if (this.delay) setTimeout(arrive, this.delay);
    else queueMicrotask(arrive);
  }
  heard(kind) {
    return this.sent.filter((message) => message.kind === kind);
  }
}

const views = (b64) => {
  const bytes = Uint8Array.from(atob(b64), (c) => c.charCodeAt(0));
  return new DataView(bytes.buffer);
};

export class Kernel {
  constructor(model, plan) {
    this.model = model;
    this.plan = plan;
    this.runs = [];
    this.pictures = [];
    this.silent = plan.silent ?? false;
    this.deaf = new Set(plan.deaf ?? []);
    this.answers = {};
    /** What pictures are marked as, by their ids. */
    this.marks = {};
    this.count = 0;
    /** What it was asked to buy, each once under its press: all that ever costs money. */
    this.bought = [];
    this.tickets = new Map();
    this.presses = new Set();
    /** Answers to purchases by their id: asked twice is answered twice. */
    this.paid = new Map();
    /** How many of them are lost on their way. */
    this.losing = 0;
  }
  tell(message, buffers = []) {
    const arrive = () => this.model.fire("msg:custom", JSON.parse(JSON.stringify(message)), buffers);
    if (this.model.delay) setTimeout(arrive, this.model.delay);
    else arrive();
  }
  /** As Python does: a purchase has a press that was told of, and that has bought nothing yet. */
  redeem({ kind, press, ticket }) {
    if (!press || this.tickets.get(ticket) !== press || this.presses.has(press)) throw Error(`${kind} without a press`);
    this.presses.add(press);
    this.bought.push(kind);
  }
  on_press({ press }) {
    const ticket = `t${this.tickets.size}`;
    this.tickets.set(ticket, press);
    return { kind: "ready", ticket };
  }
  hear(message, parts) {
    if (this.silent || this.deaf.has(message.kind)) return;
    const isPaid = ["run", "reuse", "runAgain", "sendAgain", "retry", "buyCell", "create", "preview"].includes(message.kind);
    const known = this.paid.get(message.id);
    if (isPaid && !known) this.redeem(message);
    const handle = this.answers[message.kind] ?? this[`on_${message.kind}`] ?? (() => ({ kind: "ok" }));
    const answer = known ?? handle.call(this, message, parts);
    if (isPaid) this.paid.set(message.id, answer);
    if (!answer || (isPaid && this.losing-- > 0)) return;
    const { buffers = [], after = [], ...body } = answer;
    this.tell({ id: message.id, ...body }, buffers);
    for (const [event, eventBuffers] of after) this.tell(event, eventBuffers);
  }
  on_hello() {
    const { rules, simulated, keySource, check, columns = null } = this.plan;
    return {
      kind: "welcome", rules, simulated, badge: simulated ? "Simulated" : "", keySource, check, columns, service: simulated ? "emulator" : "api.example.org",
      runs: this.runs, folder: "evolink_images", ...this.plan.welcome, after: this.pictures.map((p) => this.picture(p)),
    };
  }
  on_check({ fields }) {
    const problems = [];
    const [w, h] = (/^(\d*)[x×](\d*)$/.exec(fields.size) ?? []).slice(1).map(Number);
    if (w !== undefined && (w % 16 || h % 16)) {
      problems.push({ field: "size", rule: "multiples of 16", nearest: "1280x720", message: `${fields.size} is not allowed: both edges must be multiples of 16.` });
    }
    if (!(Number.isInteger(fields.n) && fields.n >= 1 && fields.n <= 10)) {
      problems.push({ field: "n", rule: "1 to 10", nearest: "10", message: "Ask for 1 to 10 pictures." });
    }
    const credits = 2.4232 * (Number(fields.n) || 1);
    return {
      kind: "checked", problems, notices: this.plan.notices ?? [], pixels: null,
      price: problems.length ? null : { low: credits, high: credits, usdLow: credits / 68, usdHigh: credits / 68, text: "" },
      balance: this.plan.simulated ? null : { credits: 412.6, parts: [["Balance", "412.6 credits"]] },
      ...this.plan.check,
    };
  }
  on_run({ fields }) {
    const run = this.run({ prompt: fields.prompt, n: fields.n, stage: "pending", title: "Waiting in the queue", progress: null });
    return { kind: "accepted", run, after: [[{ kind: "run", run }, []]] };
  }
  on_code() {
    return { kind: "code", text: 'ew.generate("a lighthouse", size="3:2")' };
  }
  on_facts() {
    return { kind: "facts", rows: this.plan.facts };
  }
  on_bytes({ picture, what, offset }) {
    const data = views((this.plan.files[picture] ?? this.plan.files)[what]);
    const chunk = this.plan.chunk ?? 262144;
    return {
      kind: "bytes", total: data.byteLength, offset, type: "image/png", name: `${picture}.png`,
      buffers: [new DataView(data.buffer.slice(offset, offset + chunk))],
    };
  }
  /** What has arrived of each file, as Python keeps it. */
  arrived = {};
  on_put({ upload, offset }, [piece]) {
    const have = (this.arrived[upload] ??= new Uint8Array());
    if (offset === have.length) this.arrived[upload] = new Uint8Array([...have, ...new Uint8Array(piece)]);
    return { kind: "put", at: this.arrived[upload].length };
  }
  on_take({ reference, picture, name, crc }) {
    const why = this.plan.refused?.[name ?? reference];
    if (why) return { kind: "rejected", message: why };
    const card = {
      reference: reference ?? `evolink-ref:${(crc?.toString(16) ?? picture).padEnd(64, "0")}`,
      name: name ?? reference ?? `${picture}.png`, facts: "1,248 × 832 px · 1.2 MB", notices: this.plan.told?.[name] ?? [],
    };
    return { kind: "taken", card, buffers: reference?.startsWith("http") ? [] : [views(this.plan.files.thumbs[0])] };
  }
  on_asked() {
    return { kind: "asked", fields: { size: "16:9", resolution: "2K", quality: "high" } };
  }
  /** `plan.prompts`: what the journal has, newest first. */
  on_prompts({ most }) {
    return { kind: "prompts", prompts: (this.plan.prompts ?? []).slice(0, most) };
  }
  /** `plan.presets`: what the store keeps, by name. */
  get kept() {
    return (this.plan.presets ??= {});
  }
  on_presets(_, more = {}) {
    const words = ({ prompt, ...others }) => [...Object.values(others), ...(prompt ? [`“${prompt}”`] : [])].join(" · ");
    const presets = Object.keys(this.kept).sort().map((name) => ({ name, text: words(this.kept[name]) }));
    return { kind: "presets", presets, ...more };
  }
  on_preset({ name }) {
    const fields = this.kept[name];
    return fields ? { kind: "preset", fields } : { kind: "rejected", message: `There is no preset '${name}'.` };
  }
  on_savePreset({ name, fields: { references, ...fields }, replace }) {
    if (!name) return { kind: "rejected", message: "Name must have 1 to 80 printable characters; it is empty." };
    if (this.kept[name] && !replace) return { kind: "rejected", message: `There is a preset '${name}' by now.` };
    this.kept[name] = fields;
    return this.on_presets();
  }
  on_removePreset({ name }) {
    const fields = this.kept[name];
    delete this.kept[name];
    return this.on_presets(null, { fields });
  }
  /** A Run with everything filled in. */
  run(changes = {}) {
    const now = Date.now() / 1000;
    const run = {
      key: `run${this.count++}`, prompt: "A lighthouse on a rocky headland at dusk, gouache on paper", n: 4, ratio: [1248, 832],
      stage: "processing", progress: 42, startedAt: now - 21, at: now, endedAt: null, left: [15, 40], landed: [], taskId: "task-unified-1",
      charge: null, title: "Rendering", message: null, advice: null, actions: ["stop"], simulated: this.plan.simulated,
      /** As Python tells it: of the stage that the run has now. */
      get ended() {
        return ENDINGS.includes(this.stage);
      },
      ...changes,
    };
    this.runs.push(run);
    return run;
  }
  show(changes) {
    const run = this.run(changes);
    this.tell({ kind: "run", run });
    return run;
  }
  change(key, changes) {
    const run = this.runs.find((r) => r.key === key);
    Object.assign(run, changes);
    this.tell({ kind: "run", run });
  }
  picture({ key, index, alt = "A lighthouse at dusk", width = 1248, height = 832, thumb, favourite = false, trashed = false }) {
    return [
      { kind: "picture", key, index, width, height, alt, name: `${key}_${index + 1}.png`, favourite, trashed },
      [views(this.plan.files.thumbs[thumb ?? index % this.plan.files.thumbs.length])],
    ];
  }
  land(key, index, more = {}) {
    const run = this.runs.find((r) => r.key === key);
    if (run && !run.landed.includes(index)) run.landed.push(index);
    this.pictures.push({ key, index, ...more });
    this.tell(...this.picture({ key, index, ...more }));
    if (run) this.tell({ kind: "run", run });
  }
  // A gallery: `plan.gallery` says how many pictures there are; newest first, as the store gives them.
  get store() {
    return (this.made ??= Array.from({ length: this.plan.gallery ?? 0 }, (_, i) => this.stored(i)).reverse());
  }
  stored(i, changes = {}) {
    const [width, height] = [[1248, 832], [832, 1248], [1024, 1024], [1536, 512]][i % 4];
    return {
      id: `task${i}.0`, prompt: `${["A lighthouse", "A fox", "Two boats", "A paper lantern"][i % 4]} number ${i}`,
      width, height, favourite: i % 10 === 9, size: ["3:2", "2:3"][i % 2], quality: ["low", "high"][i % 2], trashed: false, ...changes,
    };
  }
  found(query) {
    return this.store.filter((one) =>
      one.trashed === query.trashed && (!query.favourite || one.favourite) && (query.size ?? one.size) === one.size
      && (query.quality ?? one.quality) === one.quality && one.prompt.toLowerCase().includes(query.text.toLowerCase()));
  }
  on_look({ query }) {
    const facets = { size: ["3:2", "2:3"], quality: ["low", "high"], model: ["gpt-image-2"], notebook: [], ...this.plan.facets };
    return { kind: "looked", count: this.found(query).length, facets };
  }
  on_page({ query, offset, limit }) {
    const items = this.found(query).slice(offset, offset + limit);
    return { kind: "page", items: items.map((one) => ({ alt: `${one.prompt}, simulated`, ...one })) };
  }
  on_thumbs({ pictures }) {
    const told = pictures.map((id) => ({ id, gone: this.plan.gone?.[id] }));
    const bytes = pictures.map((id) => views(this.plan.files.thumbs[parseInt(id.slice(4)) % this.plan.files.thumbs.length]));
    return { kind: "ok", after: [[{ kind: "thumbs", pictures: told }, bytes]] };
  }
  on_ids({ query, from, to }) {
    const most = this.plan.most ?? 2000;
    return { kind: "ids", ids: this.found(query).slice(from, Math.min(to, from + most)).map(({ id }) => id), most };
  }
  change_stored(pictures, changes) {
    for (const one of this.store) if (pictures.includes(one.id)) Object.assign(one, changes);
    const marks = pictures.map((id) => (this.marks[id] = { favourite: false, trashed: false, ...this.marks[id], id, ...changes }));
    return { kind: "ok", count: pictures.length, after: [[{ kind: "changed" }, []], [{ kind: "marks", pictures: marks }, []]] };
  }
  on_favourite({ pictures, on }) {
    return this.change_stored(pictures, { favourite: on });
  }
  on_trash({ pictures }) {
    return this.change_stored(pictures, { trashed: true });
  }
  on_restore({ pictures }) {
    return this.change_stored(pictures, { trashed: false });
  }
  on_emptyTrash() {
    const kept = this.store.filter((one) => !one.trashed),
      count = this.store.length - kept.length;
    this.store.splice(0, Infinity, ...kept);
    return { kind: "ok", count, text: `${count} picture deleted, 1.2 MB freed.`, after: [[{ kind: "changed" }, []]] };
  }
  on_price() {
    return { kind: "price", text: "About 2.4 credits · $0.036 for 1 picture." };
  }
  on_runAgain() {
    const run = this.run({ n: 1, stage: "pending", title: "Waiting in the queue", progress: null });
    return { kind: "ok", after: [[{ kind: "run", run }, []]] };
  }
  on_compare({ pictures }) {
    return pictures.length < 2
      ? { kind: "rejected", message: "There is nothing to compare it with. Select another picture, too." }
      : { kind: "comparison", model: "compared", code: `ew.ImageCompare(${pictures})` };
  }
  /** `plan.studio`: whether one is open. */
  on_refer({ edits }) {
    return this.plan.studio
      ? { kind: "handed", text: edits ? "The studio asks what is to change." : "In the studio's tray.", code: null }
      : { kind: "handed", text: "No studio is open: its line of code is copied.", code: "ew.generate()" };
  }
  on_home() {
    return { kind: "home", home: "home.1" };
  }
  on_zip({ pictures }) {
    return { kind: "zip", zip: "zip.1", name: "pictures.zip", path: "~/art/pictures.zip", text: `pictures.zip, ${pictures.length} pictures, 1.2 MB, in ~/art` };
  }
  // A study: `plan.welcome` says which cells there are, and how each stands.
  levels(place) {
    const said = [];
    for (const { name, levels } of [...this.plan.welcome.axes].reverse()) {
      said.unshift([name, levels[place % levels.length]]);
      place = Math.floor(place / levels.length);
    }
    return said;
  }
  on_studyCell({ place }) {
    const { letters, have, repeats } = this.plan.welcome;
    const rows = this.levels(place);
    const alt = rows.map(([, level]) => level).join(", ");
    const picture = (at) => ({ width: 1024, height: 1024, alt, name: "a.png", ...this.marks[`${place}.${at}`] });
    return {
      kind: "studyCell", rows: letters[place] === "n" ? [...rows, ["charged", "5.2 credits"]] : rows,
      why: letters[place] === "f" ? "The provider gave up. Not charged." : "", buys: "d.f".includes(letters[place]),
      pictures: Array.from({ length: repeats }, (_, at) => (at < have[place] ? picture(at) : null)),
    };
  }
  /** Small pictures of a study's cells, or of a review; a batch's mosaic gets none. */
  on_want({ places }) {
    if (this.plan.review) return this.small("thumbs", places);
    if (!this.plan.welcome?.axes) return { kind: "ok" };
    const { thumbs } = this.plan.files;
    const bytes = places.map((id) => views(thumbs[(parseInt(id) + +id.split(".")[1]) % thumbs.length]));
    return { kind: "ok", after: [[{ kind: "thumbs", pictures: places.map((id) => ({ id })) }, bytes]] };
  }
  on_buyCell({ place }) {
    return { kind: "ok", after: [[{ kind: "cells", changes: [[place, "r", 0]], head: { text: "1 on its way", ended: false } }, []]] };
  }
  /** A picture lands while the gallery is open. */
  arrive(changes) {
    this.store.unshift(this.stored(this.store.length, changes));
    this.tell({ kind: "changed" });
  }
  // A review: `plan.review` has the row of each picture, and what others say of it.
  on_about({ places, others }) {
    const { rows = [], said = {} } = this.plan.review;
    const pictures = places.map((place) => ({
      place, id: `task${place}.0`, width: place % 2 ? 832 : 1248, height: place % 2 ? 1248 : 832, alt: `Picture of row ${place}`,
      caption: this.captions[place] ?? "", rows: rows[place] ?? [["animal", `fox ${place}`]], others: others ? said[place] ?? [] : [],
    }));
    return { kind: "about", pictures };
  }
  captions = {};
  /** What has been decided, in the order in which it came. */
  judged = [];
  on_judge({ changes }) {
    this.judged.push(...changes);
    const letters = { keep: "k", reject: "r" };
    const told = changes.filter(({ verdict }) => verdict !== undefined)
      .map(({ picture, verdict }) => [parseInt(picture.slice(4)), letters[verdict] ?? "."]);
    return { kind: "judged", changes: told };
  }
  small(kind, places) {
    const { thumbs } = this.plan.files;
    const pictures = places.map((place) => ({ id: `${place}`, gone: this.plan.gone?.[place] }));
    return { kind: "ok", after: [[{ kind, pictures }, places.map((place) => views(thumbs[place % thumbs.length]))]] };
  }
  on_large({ places }) {
    return this.small("shots", places);
  }
  on_agreement() {
    return { kind: "agreement", pairs: this.plan.review.pairs ?? [] };
  }
}
