// Where the isolate of our worker spends its time under a load: self time by function. Wasm functions have names where
// the build has kept them (bench/README.md). Above them, the shares of wasm, of script and of the runtime itself.
import { inspect } from "./inspector.mjs";
import { table } from "./report.mjs";

const SHOWN = 30;

export async function profile(server, load) {
  const inspector = await inspect(server);
  try {
    await inspector.send("Profiler.enable");
    await inspector.send("Profiler.setSamplingInterval", { interval: 200 });
    await inspector.send("Profiler.start");
    const result = await load();
    const { profile: recorded } = await inspector.send("Profiler.stop");
    return { result, text: selfTimes(recorded) };
  } finally {
    inspector.close();
  }
}

function selfTimes({ nodes, samples, timeDeltas }) {
  const total = timeDeltas.reduce((sum, delta) => sum + delta, 0);
  /** What the time went to, as `keyOf` names it, the most first, in percent. */
  const shares = (keyOf) => {
    const keys = new Map(nodes.map(({ id, callFrame }) => [id, keyOf(callFrame)]));
    const spent = new Map();
    samples.forEach((id, i) => spent.set(keys.get(id), (spent.get(keys.get(id)) ?? 0) + timeDeltas[i]));
    return [...spent].sort((a, b) => b[1] - a[1]).map(([key, time]) => [key, `${((100 * time) / total).toFixed(1)} %`]);
  };
  const kinds = shares(kindOf).map((share) => share.join(" ")).join(", ");
  return `${kinds}\n\n${table(shares(nameOf).slice(0, SHOWN), ["function", "self"])}`;
}

function kindOf({ functionName, url }) {
  if (functionName === "(idle)") return "idle";
  if (url.startsWith("wasm") || functionName.startsWith("wasm-function")) return "wasm";
  return url ? "script" : "runtime";
}

function nameOf({ functionName, url, lineNumber }) {
  const name = functionName || "(anonymous)";
  return url && !name.startsWith("wasm-function") && !url.startsWith("wasm") ? `${name} ${url.split("/").at(-1)}:${lineNumber + 1}` : name;
}
