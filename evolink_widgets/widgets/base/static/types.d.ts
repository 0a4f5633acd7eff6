/**
 * What Python and the browser say to each other, and what the modules hand around.
 * Read by `tsc --noEmit` (see jsconfig.json) and by people; never shipped to a browser.
 */

/** The server part's way of taking a store home, where it is in the page: whether the browser fetches it now. */
declare var evolinkHome: ((mark: string) => Promise<boolean>) | undefined;

/** Stages as Python names them. */
type Stage =
  | "queued" | "sending" | "pending" | "processing" | "saving"
  | "done" | "failed" | "refused" | "stopped" | "unknown";

type Charge = { kind: "none" | "reserved" | "charged" | "not charged" | "may" | "later"; text: string };

/** One run of the log. Times are Unix seconds by Python's clock; only differences are used. */
interface Run {
  key: string;
  prompt: string;
  n: number;
  /** Pixels or any pair of the same proportion; null while the service decides. */
  ratio: [number, number] | null;
  stage: Stage;
  /** Whether nothing more happens by itself. */
  ended: boolean;
  progress: number | null;
  startedAt: number;
  /** The moment of this reading. */
  at: number;
  endedAt: number | null;
  /** Seconds left at `at`, as a range. */
  left: [number, number] | null;
  /** Indexes, counted from 0, of the pictures that are saved. */
  landed: number[];
  taskId: string | null;
  charge: Charge | null;
  title: string;
  message: string | null;
  advice: string | null;
  /** Names from `ACTIONS` in log/actions.js; the first is the next step. Unknown names are not drawn. */
  actions: string[];
  simulated: boolean;
  /** Why nothing is charged, in words; empty where it is. */
  badge: string;
  /** What an outcome that is not known may have cost, in words. */
  stake?: string | null;
  /** Where all of it was there already: what was paid for it, and when. */
  reused?: string | null;
  /** A line under each picture, by its index; none where no picture has one. */
  captions?: string[];
}

interface Problem { field: string; rule: string; nearest: string | null; message: string }
interface Price { low: number; high: number; usdLow: number; usdHigh: number; text: string; learned?: string | null }

/** What is left, and each part of it by its name: the key's allowance, the account's balance. */
interface Balance { credits: number; parts: [string, string][] }

/** A cap in force, in credits; `text` says all of it. */
interface Cap { name: string; limit: number; spent: number; reserved: number; text: string }

/** What the store has of a request; `take` is the word on the button, null where it can't be used; `most`: what the rest may cost. */
interface Offer { pictures: number; text: string; take: string | null; most: number }

/** What Python answers to `check {fields}`. */
interface Checked {
  problems: Problem[];
  notices: string[];
  pixels?: [number, number] | null;
  price?: Price | null;
  balance?: Balance | null;
  meters?: Cap[];
  /** Why it can't be bought though nothing is wrong with it; the store may still have it. */
  obstacle?: string | null;
  reuse?: Offer | null;
  /** What the reference pictures add to the price, in a sentence. */
  added?: string;
}

/** `{"ratio": "3:2", "1K": [1248, 832], "2K": [2512, 1680], "4K": [3520, 2352]}`; widest first. */
type Ratio = { ratio: string; [tier: string]: any };

interface Rules {
  ratios: Ratio[];
  tiers: string[];
  qualities: string[];
  models: string[];
  limits: { prompt: number; n: [number, number]; edge: [number, number]; step: number; references: number; file: number };
}

interface Welcome {
  rules?: Rules;
  simulated: boolean;
  /** Why nothing is charged, in words; empty where it is. */
  badge: string;
  service: string;
  keySource: string | null;
  runs: Run[];
  columns?: number | null;
  /** A gallery's: the store's folder, without its parents. */
  folder?: string;
  /** The store that can be taken home from here, and whose machine it goes with. */
  home?: Home | null;
}

interface Home {
  mark: string;
  folder: string;
  machine: string | null;
}

/** What a comparison is told at first. */
interface Compared {
  pictures: Given[];
  /** What is to be known of all of them. */
  note: string;
}

/** One reading of a batch's run, in words and counts. */
interface Reading {
  title: string;
  head: string;
  /** Counts by state; `kind` is the letter of its cells. */
  parts: { kind: string; word: string; count: number }[];
  money: string;
  /** The line of money in percent: charged, at least still to come, what may come; where the cap is. */
  purse: { paid: number; least: number; most: number; cap: number | null };
  /** Why nothing is charged, in words; empty where it is. */
  badge: string;
  /** Whether it is a run's; else nothing was asked for yet. */
  begun: boolean;
  ended: boolean;
  paused: boolean;
  /** Whether something but a person holds what is unsent. */
  waits: boolean;
  /** What holds it, or has ended it; empty where nothing has. */
  why: string;
  unsent: number;
}

/** What failed for one reason; `kind` is the error's class. */
interface FailureGroup { kind: string; letter: string; sign: string; title: string; rows: string; text: string; retry: boolean }

/** A batch's run: a letter for each recipe, "n" new, "s" stored, "r" rendering, "." unsent; a failed one has the letter of its reason. `pips` has a digit for each, its pictures, where some are more than one. */
interface Batched { state: Reading; failures: FailureGroup[]; plan: Plan | null; cells: string; pips: string }

/** What of a batch may be bought now, and the most that it may cost; what a button would say is empty where there is none. */
interface Plan { given: string; few: string; buy: string; price: string; most: number; problems: [string, string, string, string, string][]; more: string }

/** What has changed since the last reading; all cells where they are others, and whether it is another run. */
interface News { state: Reading; failures: FailureGroup[]; plan: Plan | null; cells?: string; pips?: string; anew?: boolean; changes?: [number, string][] }

/** A review: a letter for each picture, "k" kept, "r" rejected, "." undecided, by the judge of the view. */
interface ToReview {
  letters: string;
  judge: string;
  /** How many others have said something of these pictures. */
  others: number;
  /** Stands for the store and the judge. */
  name: string;
  /** Unix seconds by Python's clock. */
  now: number;
  /** Why nothing is charged, in words; empty where it is. */
  badge: string;
}

/** One picture of a review; what others say comes only where it was asked for: judge, verdict, caption. */
interface About {
  place: number;
  id: string;
  width: number;
  height: number;
  alt: string;
  caption: string;
  rows: [string, string][];
  others: [string, string, string][];
  /** Set by the page: what others say is here, too. */
  isOpen?: boolean;
}

/** What is decided in a review; what is left out stays as it is. */
interface Decision { picture: string; at: number; verdict?: string | null; caption?: string }

/** How far two judges agree; `kappa` and its interval are null where there is none. */
interface Pair { judges: [string, string]; both: number; same: number; kappa: number | null; low: number | null; high: number | null }

/** One of two pictures that are voted on; its small copy comes as `thumbs`. */
interface Contender { id: string; width: number; height: number; name: string }
interface Contest { left: Contender; right: Contender }

/** What a page has not got an answer for: a vote, or one that is taken back. */
interface Ballot { vote: string; left: string; right: string; outcome: "left" | "right" | "tie"; withdrawn: boolean }

/** An item behind its letter. */
interface Who { letter: string; name: string }

/** A ranked item; `at`: where interval and score stand on the scale, from 0 to 1. */
interface Rated {
  letter: string;
  name: string;
  /** An example of its pictures. */
  picture: string;
  rating: string;
  low: string;
  high: string;
  half: string;
  won: string;
  at: [number, number, number];
}

/** How a ranking stands; `open`: two neighbours whose order is not settled, and about how many votes do that. */
interface Standing {
  title: string;
  head: string;
  votes: number;
  left: number | null;
  open: Who[];
  rows: Rated[];
  /** Items that are not among the rows. */
  more: number;
  /** The names of this judge's last votes that count in it. */
  counted: string[];
}

/** A ranking as a page is told of it; `ballot`: the name under which it keeps what it could not send. */
interface Ranked {
  question: string;
  about: string;
  /** Why nothing is charged, in words; empty where it is. */
  badge: string;
  leftOut: string;
  ballot: string;
  pairs: Contest[];
  standing: Standing;
}

/** A named axis, and its levels as they are shown. */
interface Axis { name: string; levels: string[] }

/** How far a study is, in words; whether nothing is on its way. */
interface StudyHead { text: string; ended: boolean }

/**
 * A study: its axes, and for each cell of their crossing, the last axis changing first, a letter ("n" has pictures,
 * "r" being made, "q" waits, "f" did not come, "d" in the design, "." not in it, "x" breaks a rule), how many of its
 * pictures are here, and its price as a place in `prices`.
 */
interface StudyWelcome {
  axes: Axis[];
  letters: string;
  have: number[];
  prices: string[];
  priced: number[];
  repeats: number;
  simulated: boolean;
  /** Why nothing is charged, in words; empty where it is. */
  badge: string;
  head: StudyHead;
}

/** One cell of a study: its levels and charge, why it did not come, whether asking may bring it, its repeats. */
interface StudyCell {
  rows: [string, string][];
  why: string;
  buys: boolean;
  pictures: Repeat[];
}

/** A picture of a cell; null where it is not here. */
type Repeat = { width: number; height: number; alt: string; name: string; favourite: boolean; trashed: boolean } | null;

/** A cell of a study as the page draws it. */
interface CellFacts {
  place: number;
  /** Of the picture in sight: "<place>.<repeat>". */
  id: string;
  shown: number;
  letter: string;
  have: number;
  repeats: number;
  url: string | undefined;
  price: string;
  verb: string;
  levels: string[];
  rows: string[][];
  isSelected: boolean;
}

/** Where a cell of a table stands: its row and its column. */
interface GridSpot { r: number; c: number }

/** What a table of cells leaves to others. */
interface CrossHand {
  /** Draws a cell; answers the name of a small picture that it lacks. */
  paint(node: any, r: number, c: number, zoom: number): string;
  want(names: string[]): void;
  /** The keyboard, or a press, is at another cell. */
  current(r: number, c: number): void;
  /** A key on a cell; whether it means something there. */
  key(key: string, r: number, c: number, node: any): boolean;
  zoomed(size: number): void;
}

/** One picture of a comparison, as Python tells of it. */
interface Given {
  id: string;
  label: string;
  width: number;
  height: number;
  alt: string;
  /** The same file as the first, byte for byte. */
  same: boolean;
  /** The first picture's prompt and its own as one text; empty where one is not known. */
  words: ["same" | "removed" | "added", string][];
}

/** A picture that has landed; its thumbnail comes with it, empty where the file can't be read. */
interface Landed {
  key: string;
  index: number;
  width: number;
  height: number;
  alt: string;
  name: string;
  favourite: boolean;
  /** It lies in the trash. */
  trashed: boolean;
}

/** A picture of a comparison that is ready to be seen: as `Landed`, in the order of `Compared`. */
interface Ready { index: number; alt: string }

/** What is said of a piece of a file; the piece itself comes with it. */
interface Piece {
  /** Bytes of the whole file. */
  total: number;
  /** Where the piece begins. */
  offset: number;
  /** The file's media type, and its name. */
  type: string;
  name: string;
}

/** What a card of the tray shows; its small picture comes with it, but not that of a link. */
interface Taken { reference: string; name: string; facts: string; notices: string[] }

/** A small picture of a gallery, its bytes in the same place of the message; `gone` says why there are none. */
interface Small { id: string; gone?: string }

/** All that Python says, by the kind of the message. Answers have the id of what they answer. */
interface Messages {
  // To every widget.
  welcome: Welcome | Compared | Batched | ToReview | Ranked | StudyWelcome;
  /** `asks`: it may cost more than this page buys unasked, or than it has shown; asked again with that `most`, it is bought. */
  rejected: { message: string; problems?: Problem[]; asks?: { text: string; most: number | null; yes: string } };
  /** The service in use is another one: a page says hello once more. */
  anew: {};
  ok: { count?: number; text?: string };
  bytes: Piece;
  code: { text: string };
  facts: { rows: [string, string][] };
  picture: Landed | Ready;
  /**
   * What is to stand inside ipywidgets' Outputs, which are named by their models: MIME bundles by what marks the
   * entries that they are for, a live view's model or a companion's key. Whether a live view is replaced.
   */
  copy: { outputs: string[]; put: Record<string, any>; replaces?: boolean };
  // To those that show pictures.
  /** What pictures are marked as by now, here or in another panel. */
  marks: { pictures: { id: string; favourite: boolean; trashed: boolean }[] };
  price: { text: string };
  zip: { zip: string; name: string; path: string; text: string };
  home: { home: string };
  /** A comparison that is made: its model, and the code of one like it. */
  comparison: { model: string; code: string };
  /** What became of pictures for the tray of a studio; with code where there is none. */
  handed: { text: string; code: string | null };
  // To those that buy.
  ready: { ticket: string };
  accepted: { run: Run };
  run: { run: Run };
  // To a studio.
  checked: Checked;
  balance: Balance;
  outstanding: { tasks: number; text: string };
  collecting: { tasks: number };
  /** What of this notebook the log does not show: how many runs, and in words. */
  earlier: { count: number; text: string };
  /** Runs from before, newest first. */
  shown: { runs: Run[] };
  put: { at: number };
  /** Pictures of another panel, and how the one that is to be edited was asked for. */
  refer: { references: string[]; fields: { size: string; resolution: string; quality: string } | null };
  taken: { card: Taken };
  prompts: { prompts: string[] };
  preset: { fields: Record<string, any> };
  asked: { fields: { size: string; resolution: string; quality: string } };
  presets: { presets: Preset[]; fields?: Record<string, any> };
  // To a gallery.
  looked: Looked;
  page: { items: Found[] };
  /** `small`: those of a ranking that stand beside scores. */
  thumbs: { pictures: Small[]; small?: boolean };
  ids: { ids: string[]; most: number };
  changed: {};
  // To a ranking.
  pairs: { pairs: Contest[] };
  standing: { standing: Standing };
  /** The pair whose vote is taken back; null where there was none. */
  undone: { pair: Contest | null; vote: string | null };
  // To a batch.
  news: News;
  cell: { text: string; picture: { width: number; height: number; alt: string } | null };
  /** A review of its pictures that is made: its model. */
  reviewed: { model: string };
  // To a review.
  about: { pictures: About[] };
  /** Larger than `thumbs`, else like them. */
  shots: { pictures: Small[] };
  judged: { changes: [number, string][] };
  agreement: { pairs: Pair[] };
  // To a study.
  /** Cells that have changed: number, letter, how many of its pictures are here. */
  cells: { changes: [number, string, number][]; head: StudyHead };
  studyCell: StudyCell;
}

interface Fields {
  prompt: string;
  size: string;
  resolution: string;
  quality: string;
  /** Empty while no number is typed. */
  n: number | "";
  model: string;
  /** Names of reference pictures: links, or what stands for kept bytes. */
  references: string[];
}

/** A landed picture with its thumbnail as a blob URL. */
interface Picture {
  id: string;
  key: string;
  index: number;
  width: number;
  height: number;
  alt: string;
  url: string;
  favourite?: boolean;
  trashed?: boolean;
  /** Where it stands in the gallery, from 0. */
  place?: number;
}

/**
 * What can be done with one picture: its name, its icon, the word when it is done, and the work,
 * which may have a word of its own.
 */
type Work = [string, string, string, (ui: Deck, pic: Picture) => Promise<string | void>];

type Fold = ReturnType<typeof import("../../studio/static/controls.js").fold>;
type Tell = (told: any, buffers: DataView[]) => void;
type Note = (text: string, bad?: boolean) => void;

/** What anywidget hands to `render`; what `render` returns ends the view. */
interface Model {
  get(name: string): any;
  set(name: string, value: any): void;
  save_changes(): void;
  send(content: any, callbacks?: any, buffers?: any[]): void;
  on(name: string, callback: (...args: any[]) => void): void;
  off(name?: string | null, callback?: ((...args: any[]) => void) | null): void;
  /** The host's, where a widget manager is; JupyterLab's and Notebook's knows the kernel's connection. */
  widget_manager?: {
    kernel?: { connectionStatus?: string; status?: string } | null;
    get_model?(id: string): Promise<any>;
    create_view?(model: any): Promise<any>;
  };
}
interface Context { model: Model; el: HTMLElement }

interface Link {
  /** What to do with events of a kind. */
  on: { [kind in keyof Messages]?: Tell };
  /**
   * An answer and its buffers. With more than one try it is asked again after 3, 9, 21 s … and
   * given up after the last; with one try it is waited for.
   */
  ask(kind: string, fields?: { buffers?: ArrayBuffer[]; [name: string]: any }, tries?: number, stop?: AbortSignal): Promise<[any, DataView[]]>;
  /** A picture's bytes, and its file's name. */
  pull(picture: string, what: "thumb" | "preview" | "original" | "copy" | "zip" | "home" | "figure", stop?: AbortSignal): Promise<[Blob, string]>;
}

/** What every part of a panel may use. */
interface Deck {
  model: Model;
  link: Link;
  /** Ends with the view. */
  signal: AbortSignal;
  /** Whether Python has answered; without it nothing can be asked. */
  live: boolean;
  /** Why the kernel can't be asked now, and what to do. */
  trouble: string;
  /** Side by side; 0 and null: as many as fit. */
  columns: number | null;
  selected: Set<string>;
  /** Speaks in the one polite live region. */
  say(text: string): void;
  /** Listens to the model until the view ends. */
  listen(name: string, act: (...args: any[]) => void): void;
  open(pics: Picture[], at: Picture, from: HTMLElement): void;
  select(ids: string[], on: boolean): void;
  /** Why nothing can be bought now: a purchase is being asked for, or was a moment ago. */
  busy: string;
  /** Draw what follows it: called whenever it has changed, whichever button was pressed. */
  followBusy: Set<() => void>;
  /** When a button or a key was pressed last, as events say it: on the clock of `performance.now`. */
  pressedAt: number;
  /**
   * Buys once for a press on `button`, which shows at once that it was pressed. Answers what Python did; nothing where
   * another press is under way, which is said. What costs more than was `offered` is asked about first.
   */
  buy(button: HTMLElement, kind: string, fields: object, offered?: number): Promise<any>;
  /** Takes back the question before a purchase: what is asked for is not what the question was about. */
  withdraw(): void;
  edit?: (prompt: string) => void;
  /** Draws a run that is not drawn yet: above the log, or under it where it is older than all that is there. */
  add?: (run: Run, past?: boolean) => void;
  /** Whether it has a tray of references of its own. */
  tray?: boolean;
  /** What can be done with a picture, where it is not the usual; and whether one of that name can be, by where it is. */
  work?: Work[];
  fits?: (name: string, isTrashed?: boolean) => boolean;
  /** Draws selection, favourites and what is in the trash anew. */
  mark(): void;
  // What follows is there where pictures can be worked on; each says what it came to, where that is not told elsewhere.
  /** Puts pictures into a tray of references; `edits`: the prompt is next. */
  refer(pics: { id: string }[], edits?: boolean): Promise<string | void>;
  /** Marks favourites, or takes the mark back from all. */
  like(pics: Picture[]): Promise<string | void>;
  trash(ids: string[]): Promise<string | void>;
  putBack(ids: string[]): Promise<string | void>;
  /** Asks for a picture once more, after its price. */
  again(pic: Picture): Promise<string | void>;
  /** Compares the selected ones and these. */
  compare(pics: { id: string }[]): Promise<string | void>;
  /** Opens the menu of a picture at its button; `open` shows it large. */
  menu(button: HTMLElement, pic: Picture, note: Note, open: () => void): void;
  /** The line that tells what became of an action on a picture. */
  toldOf(id: string): Outcome;
  /** Gives the focus to a picture. */
  back(pic: { id: string; place?: number }): void;
  /** Closes the lightbox. */
  shut(): void;
  /** What the lightbox calls a picture. */
  name?: (pic: Picture) => string;
  /** Asked before the lightbox turns to a place; true where another list is on its way. */
  beyond?: (pics: Picture[], to: number) => boolean;
}

/** One reference picture of the tray: what Python told of it, and how it is shown. */
interface Card {
  key: string;
  name: string;
  /** Its name in a request, once it is ready. */
  reference?: string;
  facts?: string;
  notices?: string[];
  url?: string;
  /** Why it can't be used. */
  why?: string;
  /** On its way. */
  isLate?: boolean;
  stop: AbortController;
  el: HTMLElement;
  earlier: HTMLButtonElement;
  later: HTMLButtonElement;
  away: HTMLButtonElement;
  /** Draws how it is now; `share`: how much of its file has arrived. */
  tell(now: { isLate?: boolean; share?: number; why?: string }): void;
  see(bytes: DataView): void;
}

/** A named set of controls; `text` says what it holds. What that is exactly is asked for by its name. */
interface Preset { name: string; text: string }

/**
 * What the composer asks of earlier prompts and of presets, and what Python answers:
 *   prompts {most?} → {prompts}, newest first
 *   presets {} → {presets: Preset[]}; savePreset {name, fields, replace} → the same;
 *   removePreset {name} → the same, and the `fields` that it held
 *   preset {name} → {fields}
 */
interface Earlier {
  lid: Fold;
  /** Asks for the last ones; all of them unless it is said how many. */
  load(most?: number): void;
  /** Puts a text into the prompt, and keeps what was typed there. */
  put(text: string): void;
  /** A prompt was asked for. */
  ran(text: string): void;
}

interface Tray {
  lid: Fold;
  /** The names of the pictures that are ready, in their order. */
  read(): string[];
  build(limits: { references: number; file: number }): void;
  /** Takes the names that Python has set. */
  put(names: string[]): void;
  /** Says what they add to the price. */
  draw(words?: string): void;
  /** Why nothing can be asked for yet, in a sentence. */
  reason(): string | null;
  /** Takes pictures of the log. */
  take(pics: { id: string }[]): void;
  /** Takes pictures of other panels, by their names. */
  give(names: string[]): void;
}

/** What is particular to a widget, for `openView`. */
interface Part {
  nodes: Node[];
  /** What stands below everything. */
  log?: Node[];
  welcome(told: Welcome): void;
  /** Python has answered, or is not there. */
  state(live: boolean): void;
  /** Draws which pictures are selected. */
  mark(): void;
}

/** What stands above the log. */
interface Form {
  nodes: Node[];
  /** What stands under the log. */
  after: Node[];
  welcome(told: Welcome): void;
  state(live: boolean): void;
  /** Puts a prompt back for another try. */
  edit?(prompt: string): void;
  /** Something of the log has changed that prices and caps may follow. */
  refresh?(): void;
}

/** One picture of a gallery's page. */
interface Found {
  id: string;
  prompt: string;
  alt: string;
  width: number;
  height: number;
  favourite: boolean;
}

/** A small picture, or why there is none. */
type Thumb = { url?: string; gone?: string };

/** What there is to choose from, by the name of the trait. */
type Facets = Record<string, string[]>;

/**
 * What a gallery asks, and the kinds that answer (see `Messages`):
 *   look {query} → looked; keeps `changed` coming for a minute
 *   page {query, offset, limit} → page; what can't be read is missing at its end
 *   thumbs {view, pictures} → ok, then events `thumbs`
 *   ids {query, from, to} → ids
 *   price {picture} → price, runAgain {picture} → accepted, then events `run`
 *   favourite {pictures, on}, trash {pictures}, restore {pictures}, emptyTrash {} → ok
 *   zip {pictures} → zip; its bytes come as a picture's do
 *   home {} → home, the whole store as one zip file; its bytes come once, one piece after the other
 * and the event `changed`: something in the store is not as it was.
 */
type Looked = { count: number; facets: Facets };

/** What has been fetched; places count from 0. */
interface PageCache {
  /** Null: it can't be read; undefined: not here yet. */
  at(place: number): Found | null | undefined;
  thumb(id: string): Thumb | undefined;
  /** A picture by its id, where its page is here. */
  known(id: string): Found | undefined;
  need(first: number, end: number): void;
  /** Others are looked for. */
  reset(): void;
  /** The same is looked for, and may have changed. */
  refresh(): void;
}

/** What the grid of a gallery leaves to others. */
interface Hand {
  picture(place: number): Picture;
  open(place: number): void;
  pick(place: number): void;
  range(from: number, to: number): void;
  trash(place: number): void;
  all(): void;
  undo(): void;
  clear(): void;
}

/** Where things are in the grid: the keyboard is at `now`, a range begins at `anchor`. */
interface Places { count: number; cols: number; now: number; anchor: number }

/** Asks Python and gives what it answers, without buffers. */
type Ask = (kind: string, fields: object, tries?: number) => Promise<any>;

/** The line that tells what an action came to; see outcome.js. */
type Outcome = ReturnType<typeof import("./outcome.js").outcomeLine>;
type Changes = ReturnType<typeof import("../../gallery/static/changes.js").changesOf>;

/** What every part of a gallery may use. */
interface Desk extends Deck {
  told: Outcome;
  /** What a small picture has in sight. */
  tools: Work[];
  cache: PageCache;
  ask: Ask;
  /** The lightbox, while it is open. */
  box(): any;
  /** Gives the focus to a picture's place, or to the filters. */
  goTo(place?: number): void;
}

interface VirtualGrid {
  el: HTMLElement;
  draw(news?: Set<string>): void;
  show(place: number): void;
  go(place: number): void;
  update(count: number, anew: boolean): void;
}

interface Filters {
  el: HTMLFieldSetElement;
  query(): Record<string, any>;
  /** Whether nothing is left out. */
  open(): boolean;
  clear(): void;
  know(facets: Facets): void;
}

/** One picture of a comparison, as Python tells of it and as it is shown. */
interface Seen extends Given, Picture {
  /** The blob URL in view, and which copy that is: 0 small, 1 a preview, 2 the file; -1 none yet. */
  sharp: string;
  level: number;
  image?: HTMLImageElement;
  lens: HTMLElement;
  pane: HTMLElement;
  /** Being fetched, or never to be had. */
  isBusy?: boolean;
}

/** A point of the screen. */
type Spot = { clientX: number; clientY: number };

/** What `gestures` tells of. */
interface Gesture {
  /** Something goes down, beside so many others; whether it is for us. */
  begin(event: PointerEvent, others: number): boolean;
  /** The only one has moved. */
  drag(dx: number, dy: number, event: PointerEvent): void;
  /** Two are down, about a middle. */
  grip(middle: Spot): void;
  /** They have moved: so many times as far apart as when they came down, about another middle. */
  pinch(by: number, middle: Spot): void;
  /** Something has gone up, or is the browser's now. */
  end(event: PointerEvent): void;
}

/** A point of a picture, in its pixels, and the middle of the pane in which that is held. */
type Hold = { x: number; y: number; middleX: number; middleY: number };

/** What is moved as one: a picture, and what cuts it off. */
type Layer = { lens: HTMLElement; image?: HTMLImageElement };

/** What the glass asks for; it comes back through the model. */
interface Wish {
  zoom(to: number): void;
  slide(to: number): void;
  /** Scale or size are others. */
  seen(): void;
}

interface Glass {
  /** The first picture's pixels. */
  frame(width: number, height: number): void;
  /** Which pictures, the first one first; `over`: it is cut off at the divider. */
  show(layers: Layer[], over: boolean): void;
  /** To a scale, or to all of it with 0. */
  zoom(to?: number): void;
  /** Asks for a scale; what is held, or was under the point of the screen, is under it then. */
  ask(to: number, point?: Spot, hold?: Hold): void;
  move(dx?: number, dy?: number): void;
  /** The divider, from 0 to 1. */
  place(to: number): void;
  /** Where the part of the first picture that is in view begins and ends. */
  span(): number[];
  /** What of the pictures is under a point of the screen. */
  holdAt(point: Spot): Hold;
  readonly scale: number;
  readonly fit: number;
  readonly position: number;
  /** Whether the first picture is cut off at the divider. */
  readonly isOver: boolean;
  readonly isEmpty: boolean;
}

/** What is particular to a gallery's place: the side panel has small pictures, and acts of its own. */
interface Shelf {
  /** Pixels between pictures, that one has at least, and of the line below it. */
  sizes?: number[];
  /** What a small picture has in sight, where it is not what it has in a notebook. */
  tools?: Work[];
  /** Title and words where there is no picture at all. */
  none?: [string, string | Node];
  /** Hears how many there are. */
  counted?: (count: number) => void;
}
