// Builds the worker (build/) and its static assets (web/dist/), unless both are up to date. --web builds only the
// assets: enough for work on the chat's page, since a worker that is already built serves them too.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import { namedByPlace } from "./wasm-order.mjs";
import { buildWeb } from "./web.mjs";

const root = dirname(import.meta.dirname);
process.chdir(root);

const script = "build/index.js";
const wasm = "build/index_bg.wasm";
const stamp = "target/worker.stamp";
/** The largest upload of a deployment, in bytes after gzip. */
const HEAVIEST = 850_000;
/** What it may weigh until the tools of November have lost what is too much: docs/adr/0146. */
const FOR_NOW = 985_000;

const web = assets();
if (process.argv.includes("--web")) process.exit(0);
const inputs = fingerprint();
if (existsSync(script) && existsSync(wasm) && existsSync(stamp) && readFileSync(stamp, "utf8") === inputs) {
  say(`up to date, ${size()}`);
} else {
  rmSync(stamp, { force: true });
  const started = Date.now();
  // This script's own stack trace would not help anyone.
  const bundle = { REAL_ESBUILD_BIN: process.env.ESBUILD_BIN ?? join(root, "node_modules/.bin/esbuild"), ESBUILD_BIN: join(root, "scripts/bundle.mjs") };
  const env = { ...process.env, ...bundle, RUST_BACKTRACE: "0", WEB_VERSION: web };
  const build = spawnSync("worker-build", ["--release"], { env, stdio: ["ignore", "pipe", "pipe"], encoding: "utf8", maxBuffer: 1 << 28 });
  if (build.error || build.status !== 0) {
    process.stderr.write(build.stdout ?? "");
    process.stderr.write(build.stderr ?? "");
    fail(build.error ? "worker-build did not start. Run: make setup" : "the worker did not build; the compiler's words are above.");
  }
  optimize();
  const warnings = build.stderr.split(/\n(?=warning)/).filter((part) => part.startsWith("warning"));
  process.stderr.write(warnings.join("\n"));
  writeFileSync(stamp, inputs);
  say(`built in ${((Date.now() - started) / 1000).toFixed(1)} s, ${size()}`);
}

/**
 * Optimizes the wasm again. worker-build keeps the name of every function, a tenth of the deployed size; a panic
 * reports its place without them. The functions are put beside those that they resemble (scripts/wasm-order.mjs).
 */
function optimize() {
  // No object lies below 1024: the stack ends there, and only one that has overflowed comes so far.
  wasmOpt("--low-memory-unused", "-Oz", "--merge-similar-functions", "-Oz", "--converge", "-g");
  if (process.env.KEEP_NAMES) return; // for a profile
  writeFileSync(wasm, namedByPlace(readFileSync(wasm)));
  wasmOpt("--reorder-functions-by-name", "--strip-debug", "--strip-producers");
}

function wasmOpt(...passes) {
  const features = ["mutable-globals", "sign-ext", "nontrapping-float-to-int", "bulk-memory", "multivalue", "reference-types", "exception-handling"];
  const flags = [...features.map((each) => `--enable-${each}`), ...passes];
  const run = spawnSync(process.env.WASM_OPT_BIN ?? "wasm-opt", [...flags, wasm, "-o", wasm], { encoding: "utf8" });
  if (run.error || run.status !== 0) fail(`wasm-opt failed. Run: make setup\n${run.stderr ?? run.error}`);
}

/**
 * Hashes everything that the result depends on, by content, so that a checkout that only touches files rebuilds
 * nothing.
 */
function fingerprint() {
  const hash = createHash("sha256").update(web).update(process.env.KEEP_NAMES ?? "");
  const files = ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml", "askama.toml", ".cargo/config.toml", "scripts/build.mjs", "scripts/bundle.mjs", "scripts/wasm-order.mjs"];
  for (const folder of ["src", "templates", ...crateFolders()]) files.push(...filesBelow(folder));
  for (const file of files.sort()) {
    if (existsSync(file)) hash.update(`${file}\0`).update(readFileSync(file)).update("\0");
  }
  return hash.digest("hex");
}

/** The workspace crates that the worker is made of. */
function crateFolders() {
  const cargo = spawnSync("cargo", ["metadata", "--no-deps", "--offline", "--format-version", "1"], { encoding: "utf8", maxBuffer: 1 << 26 });
  if (cargo.status !== 0) fail(`cargo cannot read the workspace:\n${cargo.stderr ?? cargo.error}`);
  const packages = JSON.parse(cargo.stdout).packages;
  const folder = (name) => dirname(packages.find((each) => each.name === name).manifest_path);
  const found = new Set();
  const visit = (name) => {
    for (const each of packages.find((one) => one.name === name).dependencies) {
      if (each.path && each.kind !== "dev" && !found.has(each.name)) {
        found.add(each.name);
        visit(each.name);
      }
    }
  };
  visit("hosted-sentry-mcp");
  return [...found].map((name) => relative(root, folder(name)));
}

function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !/[/\\](tests|benches|examples)[/\\]/.test(path));
}

/** Builds web/dist, and returns its version. */
function assets() {
  try {
    const { version, weight } = buildWeb();
    console.log(`chat: ${weight}`);
    return version;
  } catch (error) {
    return fail(error.message);
  }
}

/** The size of an upload: the script, the wasm, and the files of web/dist. */
function size() {
  const files = [script, wasm, ...filesBelow("web/dist")];
  const zipped = files.reduce((sum, file) => sum + gzipSync(readFileSync(file), { level: 9 }).length, 0);
  const kb = (bytes) => `${Math.ceil(bytes / 1000)} KB`;
  if (zipped > FOR_NOW) fail(`it weighs ${kb(zipped)} gzipped, and may weigh ${kb(HEAVIEST)}: ADR 22 says what made it smaller before.`);
  if (zipped > HEAVIEST) console.error(`worker: ${kb(zipped - HEAVIEST)} heavier than it may be in the end, see docs/adr/0146.`);
  return `${kb(zipped)} gzipped of ${kb(HEAVIEST)}`;
}

function say(text) {
  console.log(`worker: ${text}`);
}

function fail(text) {
  console.error(`worker: ${text}`);
  process.exit(1);
}
