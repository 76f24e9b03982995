// make bench: our worker against floors, in workerd on this machine. bench/README.md says what is measured and how.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { cases, Skip, State } from "./cases.mjs";
import { ceiling } from "./lib/ceiling.mjs";
import { memory } from "./lib/memory.mjs";
import { profile } from "./lib/profile.mjs";
import { report, save, summarize } from "./lib/report.mjs";
import { startSentry } from "./lib/sentry.mjs";
import { gzippedSize, Servers } from "./lib/servers.mjs";
import { needWrk, run, sideFile } from "./lib/wrk.mjs";

const usage = `node bench/run.mjs [flags]          make bench BENCH="flags"
  --seconds N      a round's length (4)
  --rounds N       rounds per side, ours and the floor in turn (5)
  --only CASE      these cases, by name or beginning of it; may be repeated (all, and then "memory")
  --worker [NAME=]PATH   a build's index.js (build/index.js); repeated: several builds in the same rounds
  --requests N     for the memory case (100000)
  --assets WHO     both, ours or none: who stands behind Miniflare's router for static assets (both)
  --direct         past the worker that Miniflare puts in front of every other
  --profile        profile our side of the chosen cases instead of measuring
  --out FOLDER     where latest.md goes (bench/results)
  --list           name the cases`;

const root = dirname(import.meta.dirname);
const flags = readFlags();
const folder = mkdtempSync(join(tmpdir(), "smcp-bench-"));
const sentry = await startSentry();
let servers;
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => void stop().then(() => process.exit(130)));
// Of a Miniflare that did not start, for one.
process.on("uncaughtException", (error) => {
  console.error(`bench: ${error.message}`);
  void stop().finally(() => process.exit(1));
});

try {
  needWrk();
  process.exitCode = await main();
} catch (error) {
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
} finally {
  await stop();
}

async function main() {
  const chosen = cases.filter(({ name }) => wanted(name));
  const builds = flags.workers;
  if (flags.profile) return profiles(chosen, builds);

  servers = newServers();
  const ceilings = await ceiling(folder, Math.min(2, flags.seconds));
  const [rows, skipped, remembered] = [[], [], []];
  for (const each of chosen) {
    try {
      rows.push(...(await measure(each, builds)));
    } catch (error) {
      if (!(error instanceof Skip)) throw new Error(`${each.name}: ${error.message}`, { cause: error });
      skipped.push({ name: each.name, reason: error.message });
      console.log(`${each.name}: skipped, ${error.message}`);
    }
  }
  await servers.stop();

  let failed = rows.some((row) => row.failed);
  for (const build of wanted("memory") ? builds : []) {
    servers = newServers({ inspector: true });
    const result = await memory(await stateOf(build), folder, flags.requests);
    await servers.stop();
    failed ||= result.failed;
    remembered.push(result.text);
  }

  const settings = `${flags.rounds} rounds of ${flags.seconds} s per side; behind Miniflare's assets router: ${flags.assets}${flags.direct ? "; without its front worker" : ""}.`;
  const sizes = builds.map(({ label, script }) => ({ label, bytes: gzippedSize(script) }));
  const text = report({ rows, skipped, sizes, ceilings, memory: remembered, settings });
  console.log(`\n${text}`);
  console.log(`bench: written to ${save(text, flags.out)}`);
  return failed ? 1 : 0;
}

/** The rows of a case: each build in turn, then the floor, `rounds` times over. */
async function measure(each, builds) {
  const sides = [];
  for (const build of builds) {
    const state = await stateOf(build);
    sides.push({ origin: state.origin, pid: state.server.pid, load: each.load, file: sideFile(folder, await each.ours(state)) });
  }
  const floor = await servers.floor(each.floor);
  sides.push({ origin: floor.origin, pid: floor.pid, load: each.floorLoad, file: sideFile(folder, await each.atFloor(floor.origin)) });
  sentry.people = each.people ?? "many";

  const round = async (seconds) => {
    const results = [];
    for (const side of sides) results.push(await run({ ...side, connections: each.connections, seconds }));
    return results;
  };
  await round(Math.max(2, flags.seconds / 2)); // the compilers' warm-up
  const rounds = [];
  for (let i = 0; i < flags.rounds; i++) rounds.push(await round(flags.seconds));
  return builds.map(({ label }, i) => {
    const row = summarize(each, label, rounds.map((results) => ({ ours: results[i], floor: results.at(-1) })));
    console.log(`${each.name}: ${row.cells.slice(1).filter(Boolean).join(" · ")}${row.why ? ` · ${row.why}` : ""}`);
    return row;
  });
}

async function profiles(chosen, builds) {
  servers = newServers({ inspector: true });
  for (const each of chosen) {
    for (const build of builds) {
      const state = await stateOf(build);
      const side = { origin: state.origin, load: each.load, connections: each.connections, file: sideFile(folder, await each.ours(state)) };
      await run({ ...side, seconds: 3 });
      const { result, text } = await profile(state.server, () => run({ ...side, seconds: flags.seconds }));
      console.log(`\n${each.title}, ${build.label}: ${result.perSecond.toFixed(0)}/s under the profiler\n\n${text}`);
    }
  }
  return 0;
}

function newServers(options = {}) {
  for (const build of flags.workers) build.state = undefined;
  return new Servers({ folder: mkdtempSync(join(folder, "storage-")), sentry: sentry.url, assets: flags.assets, direct: flags.direct, ...options });
}

async function stateOf(build) {
  return (build.state ??= new State(await servers.ours(build.label, build.script)));
}

function wanted(name) {
  return !flags.only || flags.only.some((only) => name.startsWith(only));
}

async function stop() {
  await servers?.stop();
  sentry.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

function readFlags() {
  try {
    const { values } = parseArgs({
      options: {
        seconds: { type: "string", default: "4" },
        rounds: { type: "string", default: "5" },
        requests: { type: "string", default: "100000" },
        only: { type: "string", multiple: true },
        worker: { type: "string", multiple: true, default: ["build/index.js"] },
        out: { type: "string", default: join(root, "bench", "results") },
        assets: { type: "string", default: "both" },
        direct: { type: "boolean" },
        profile: { type: "boolean" },
        list: { type: "boolean" },
        help: { type: "boolean" },
      },
    });
    if (values.help || values.list) {
      console.log(values.help ? usage : [...cases.map(({ name }) => name), "memory"].join("\n"));
      process.exit(0);
    }
    const [seconds, rounds, requests] = ["seconds", "rounds", "requests"].map((name) => {
      const number = Number(values[name]);
      if (!Number.isInteger(number) || number < 1) throw new Error(`--${name} is a whole number, not '${values[name]}'`);
      return number;
    });
    if (!["both", "ours", "none"].includes(values.assets)) throw new Error(`--assets is both, ours or none, not '${values.assets}'`);
    const unknown = values.only?.find((only) => ![...cases.map(({ name }) => name), "memory"].some((name) => name.startsWith(only)));
    if (unknown) throw new Error(`there is no case '${unknown}'; --list names them`);
    const workers = values.worker.map((text) => {
      const [, label, path] = /^(?:([\w.-]+)=)?(.+)$/.exec(text);
      return { label: label ?? path.split("/").at(-2) ?? "build", script: resolve(root, path) };
    });
    if (new Set(workers.map(({ label }) => label)).size < workers.length) throw new Error("builds need names to be told apart: --worker NAME=PATH");
    return { ...values, seconds, rounds, requests, workers, out: resolve(values.out) };
  } catch (error) {
    console.error(`bench: ${error.message}\n\n${usage}`);
    process.exit(2);
  }
}
