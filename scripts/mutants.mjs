// make mutants: breaks the grant machine in one way at a time (tests/mutants/*.patch) and expects its tests to notice.
// Works on a copy under target/, never on the sources.
//
// node scripts/mutants.mjs [NAME...] tries those only; --check says whether every patch still applies (part of make test).
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

const root = dirname(import.meta.dirname);
process.chdir(root);

const folder = "tests/mutants";
const copy = resolve("target/mutants/source");
const crates = ["oauth-provider", "oauth-types", "fetch"];
/** In this order; the first that fails has killed the mutant. */
const judges = [
  ["random histories", "grant_model"],
  ["every short history", "grant_walk"],
  ["rule by rule", "grant_", "refresh_"],
];
/** A mutant may make a test run for ever. */
const patience = 240_000;

const all = readdirSync(folder).filter((file) => file.endsWith(".patch")).map((file) => basename(file, ".patch")).sort();
const arguments_ = process.argv.slice(2);
const checkOnly = arguments_[0] === "--check";
const names = checkOnly || arguments_.length === 0 ? all : arguments_;
const unknown = names.find((name) => !all.includes(name));
if (unknown || all.length === 0) {
  console.error(unknown ? `mutants: there is no ${folder}/${unknown}.patch` : `mutants: ${folder} is empty`);
  process.exit(2);
}

const stale = names.filter((name) => !applies(name));
for (const name of stale) console.error(`mutants: ${folder}/${name}.patch no longer applies. Make it anew against today's sources.`);
if (stale.length > 0) process.exit(1);
console.log(`mutants: ${names.length} patches apply`);
if (checkOnly) process.exit(0);

prepare();
const rows = [];
for (const name of names) {
  git(["apply", patch(name)], copy);
  const begun = Date.now();
  const verdict = judge();
  git(["apply", "--reverse", patch(name)], copy);
  const row = { mutant: name, verdict: verdict ? "killed" : "SURVIVED", by: verdict?.by ?? "", seconds: ((Date.now() - begun) / 1000).toFixed(1) };
  rows.push(row);
  console.log(`${row.verdict.padEnd(9)} ${row.mutant.padEnd(40)} ${row.by.padEnd(20)} ${row.seconds.padStart(6)} s`);
}
// Last, since it takes longest: without a mutant nobody finds anything.
const sane = judge();
if (sane) fail(`the tests fail without any mutant, so the table means nothing (${sane.by}):\n${sane.output}`);
const survivors = rows.filter((row) => row.verdict !== "killed");
console.log(`\n${rows.length - survivors.length} killed, ${survivors.length} survived`);
process.exitCode = survivors.length > 0 ? 1 : 0;

/** The crates in a workspace and a repository of their own, so that a patch touches nothing else. */
function prepare() {
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(join(copy, "crates"), { recursive: true });
  for (const crate of crates) cpSync(join("crates", crate), join(copy, "crates", crate), { recursive: true });
  for (const file of ["Cargo.lock", "rust-toolchain.toml", "clippy.toml"]) if (existsSync(file)) cpSync(file, join(copy, file));
  // The workspace's settings without its root package.
  const manifest = readFileSync("Cargo.toml", "utf8");
  const from = manifest.indexOf("[workspace]");
  const until = manifest.search(/\n\[lints\]\n/);
  const workspace = manifest.slice(from, until === -1 ? undefined : until);
  writeFileSync(join(copy, "Cargo.toml"), workspace.replace(/^members = .*$/m, 'members = ["crates/*"]'));
  git(["init", "--quiet"], copy);
}

/** Who found something wrong; `undefined` where nobody did. Only a failed test counts, not what does not compile. */
function judge() {
  const built = cargo(["--no-run"], 1_800_000);
  if (built.status !== 0) fail(`a mutant does not compile, which proves nothing:\n${built.stderr}${built.error ?? ""}`);
  for (const [by, ...filters] of judges) {
    const { status, stdout, error } = cargo(["--", ...filters]);
    if (error?.code === "ETIMEDOUT") return { by: `${by}: too long`, output: "" };
    if (!/^test result: /m.test(stdout) || /^test result: ok\. 0 passed/m.test(stdout)) fail(`no test ran for '${filters}':\n${stdout}`);
    if (status !== 0) return { by, output: stdout };
  }
  return undefined;
}

function cargo(rest, timeout = patience) {
  // A target folder of its own: cargo takes the copied crates for the real ones.
  // Failures must come from the mutant, not from a file that proptest keeps of an earlier one.
  const env = { ...process.env, CARGO_TARGET_DIR: resolve("target/mutants/target"), PROPTEST_FAILURE_PERSISTENCE: "off", RUST_BACKTRACE: "0", PROPTEST_MAX_SHRINK_ITERS: "0" };
  const options = { cwd: copy, encoding: "utf8", env, timeout, maxBuffer: 1 << 28 };
  return spawnSync("cargo", ["test", "--quiet", "--package", "oauth-provider", "--test", "features", ...rest], options);
}

function applies(name) {
  return spawnSync("git", ["apply", "--check", patch(name)], { stdio: "ignore" }).status === 0;
}

function patch(name) {
  return resolve(folder, `${name}.patch`);
}

function git(parameters, cwd) {
  const done = spawnSync("git", parameters, { cwd, encoding: "utf8" });
  if (done.status !== 0) fail(`git ${parameters.join(" ")}: ${done.stderr}`);
}

function fail(message) {
  console.error(`mutants: ${message}`);
  process.exit(1);
}
