/** What the extension's modules hand around. Read by `tsc --noEmit` and by people; loaded by no browser. */

/** What the host gave us: its application, its packages by name, and those of its services that it has. */
interface Host {
  app: any;
  load(name: string): Promise<any>;
  palette?: any;
  launcher?: any;
  notebooks?: any;
  files?: any;
  settings?: any;
  status?: any;
  restorer?: any;
  server?: Promise<Server>;
  /** The settings, once they are asked for. */
  loaded?: Promise<any>;
}

interface Server {
  get(place: string, given?: Record<string, any>): Promise<any>;
  post(place: string, body: object): Promise<any>;
  bytes(what: "small" | "thumb" | "preview" | "original" | "copy", picture: string, signal?: AbortSignal): Promise<{ blob: Blob; name: string }>;
  /** Lets the browser download what is at a place. */
  fetch(place: string, given: Record<string, any>): void;
  /** Hears what the server tells; what it told last comes at once. Returns what ends it. */
  listen(listener: (told: any) => void): () => void;
  readonly state: any;
}

/** One task of a store, as the server tells it. */
interface Ongoing {
  key: string;
  store: string;
  prompt: string;
  notebook: string | null;
  folder: string;
  stage: string;
  title: string;
  may: string | null;
  needs: boolean;
  since: number;
  at: number;
  left: [number, number] | null;
  n: number;
  pictures: string[];
  simulated: boolean;
}

interface Window {
  _JUPYTERLAB?: Record<string, any>;
}
