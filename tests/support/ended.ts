// A worker in which execution can be ended inside wasm: in the middle of a turn, where wasm has called a function of the
// runtime. As with the runtime's own limits, no `catch` and no `finally` runs then, and the isolate goes on.
import { grantOf } from "./oauth.ts";
import { type TestWorker, type WorkerOptions, startWorker } from "./worker.ts";

/** Where it ends, once. */
export type Place =
  | "request" // the first turn of a request
  | "continuation" // the turn that answers a request, after it has waited
  | "stream" // the turn that writes a piece of the chat's answer
  | `${"Account" | "Grant" | "Once"}Object message`
  | `${"Grant" | "Once"}Object alarm`;

/** `ended`: as by a limit. `thrown`: an error that Rust does not expect. `trapped`: as by an instruction that traps. */
export type Way = "ended" | "thrown" | "trapped";

const front = `
import process from "node:process";
import worker, * as built from "./index.js";

let place = "";
let way = "";
/** Ends what wasm does, if it is to end here and wasm is what calls. */
function endAt(here) {
  if (place !== here || !new Error().stack.includes("wasm")) return;
  place = "";
  if (way === "ended") process.exit(1);
  throw way === "trapped" ? new WebAssembly.RuntimeError("unreachable") : new Error("unexpected");
}
function before(target, name, here) {
  const own = target[name];
  target[name] = function (...given) {
    here();
    return own.apply(this, given);
  };
}
before(Date, "now", () => endAt("request"));
before(console, "log", () => endAt("continuation"));
before(TextEncoder.prototype, "encode", () => endAt("stream"));

const around = (name) => class extends built[name] {
  #state;
  constructor(state, env) {
    super(state, env);
    this.#state = state;
    const { storage } = state;
    Object.defineProperty(state, "storage", { get: () => (endAt(name + " alarm"), storage) });
  }
  fetch(request) {
    if (new URL(request.url).pathname === "/ring") {
      return this.#state.storage.setAlarm(Date.now()).then(() => new Response());
    }
    Object.defineProperty(request, "text", { value: () => (endAt(name + " message"), Request.prototype.text.call(request)) });
    return super.fetch(request);
  }
};
export const AccountObject = around("AccountObject");
export const GrantObject = around("GrantObject");
export const OnceObject = around("OnceObject");

export default {
  async fetch(request, env, context) {
    const url = new URL(request.url);
    if (url.pathname === "/end") {
      [place, way] = [url.searchParams.get("place"), url.searchParams.get("way")];
      return new Response();
    }
    if (url.pathname === "/ended") return new Response(place === "" ? "yes" : "no");
    if (url.pathname === "/ring") {
      const namespace = env[url.searchParams.get("binding")];
      const id = url.searchParams.get("id");
      await namespace.get(id ? namespace.idFromString(id) : namespace.idFromName("rings")).fetch("https://object/ring");
      return new Response();
    }
    return worker.fetch(request, env, context);
  },
};
`;

export class EndingWorker {
  constructor(readonly worker: TestWorker) {}

  /** The next turn at this place ends in its middle. */
  async endAt(place: Place, way: Way = "ended"): Promise<void> {
    await this.worker.fetch(`/end?${new URLSearchParams({ place, way })}`);
  }

  /** Whether it has ended. */
  async hasEnded(): Promise<boolean> {
    return (await (await this.worker.fetch("/ended")).text()) === "yes";
  }

  /** The alarm of an object rings: of the grant's of a token, or of any of `ONCE`. */
  async ring(binding: "GRANTS" | "ONCE", token = ""): Promise<void> {
    const id = Buffer.from(grantOf(token), "base64url").toString("hex");
    const rung = await this.worker.fetch(`/ring?${new URLSearchParams({ binding, id })}`);
    if (rung.status !== 200) throw new Error(`the alarm was not set: ${rung.status} ${await rung.text()}`);
  }
}

export async function startEndingWorker(options: WorkerOptions): Promise<EndingWorker> {
  const compatibilityFlags = ["global_fetch_strictly_public", "nodejs_compat"];
  return new EndingWorker(await startWorker({ ...options, compatibilityFlags, inFront: () => ({ "front.js": front }) }));
}
