// The turns of wasm: where each begins, and where it ends. Execution can be ended in the middle of one, by the limit of
// processor time or because an object is reset: no `catch` and no `finally` runs then, and what wasm had half done stays so
// for ever. A turn that began and never ended is seen before the next one, which gets a new instance (ADR 114).
//
// scripts/bundle.mjs puts `Instance`, `queueMicrotask` and `atReset` in the place of globals of these names.

/** What wasm-bindgen's glue calls within a turn. */
const HELPERS = /^__(wbindgen_(malloc|realloc|free|start|destroy_closure)|externref_)/;

/** What nothing that goes on is older than, in milliseconds: what its client has left is never settled. */
const LONGEST = 10 * 60_000;

let begun = 0;
/** The error that left wasm and not by Rust's own way: a trap, or what an import threw. */
let broken;
let instance = 0;
let startAnew;
/** What waits for an answer of the present instance, the oldest first. */
const waiting = new Set();

/** In the place of `WebAssembly.Instance`: the same, with exports that note their turns. */
class Counted {
  constructor(module, imports) {
    // The glue must not begin a new instance by itself, in the middle of a callback that belongs to the old one.
    for (const group of Object.values(imports)) {
      for (const name of Object.keys(group)) if (name.includes("__wbindgen_reinit")) group[name] = () => {};
    }
    const { exports } = new WebAssembly.Instance(module, imports);
    this.exports = {};
    for (const [name, value] of Object.entries(exports)) {
      this.exports[name] = typeof value === "function" && !HELPERS.test(name) ? turn(name, value) : value;
    }
  }
}

function turn(name, run) {
  // The executor of a promise is called within a turn, and has four parameters; other callbacks come by themselves.
  const comesByItself = name.includes("closures") && run.length < 4;
  return (a, b, c, d) => {
    if (comesByItself && begun > 0) lookSoon();
    begun += 1;
    let result;
    try {
      result = run(a, b, c, d);
    } catch (error) {
      begun -= 1;
      // Rust's panics and errors are exceptions of wasm's, and leave everything in order.
      if (!(error instanceof WebAssembly.Exception)) {
        broken = error;
        lookSoon();
      }
      throw error;
    }
    begun -= 1; // not in a `finally`: it must not happen if execution ends
    return result;
  };
}

function lookSoon() {
  Promise.resolve().then(renew);
}

/**
 * Starts a new instance if the present one did not end a turn. To be called only where no turn can be under way: at the
 * beginning of an event or of a task.
 */
function renew() {
  if (begun === 0 && broken === undefined) return;
  const detail = broken === undefined ? "execution was ended" : String(broken?.stack ?? broken);
  console.error(JSON.stringify({ request: "runtime", problem: "wasm did not end a turn; a new instance starts", detail }));
  startAnew();
  begun = 0;
  broken = undefined;
  instance += 1;
  const gone = new Error("the instance of wasm that this waited for has ended");
  for (const { act } of waiting) act(gone);
  waiting.clear();
}

/** Which instance runs. */
export const instanceNumber = () => instance;

/** How a new instance is started. */
export function startAnewBy(start) {
  startAnew = start;
}

/** Every event's way in. Nothing that it waits for outlives its instance. */
export function enter(run) {
  renew();
  const answer = run();
  if (!(answer instanceof Promise)) return answer;
  return new Promise((resolve, reject) => {
    const settled = atReset(reject);
    const settle = (how) => (value) => {
      settled();
      how(value);
    };
    answer.then(settle(resolve), settle(reject));
  });
}

/** Calls `act` with an error if the present instance ends, until the function that it returns is called. */
export function atReset(act) {
  const since = Date.now();
  for (const oldest of waiting) {
    if (since - oldest.since < LONGEST) break;
    waiting.delete(oldest);
  }
  const one = { act, since };
  waiting.add(one);
  return () => waiting.delete(one);
}

/** In the place of the runtime's queueMicrotask, which costs ten times as much: every wait of a task goes through it. */
export function queueMicrotask(task) {
  const at = instance;
  Promise.resolve().then(() => {
    renew();
    if (at === instance) task();
  });
}

export { Counted as "WebAssembly.Instance" };
