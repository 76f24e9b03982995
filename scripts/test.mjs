// make test: runs every check and every test. A failing step does not stop the others, so that one run shows
// everything.
// The last line is 'N passed, N failed': the tests of all runners, and each other check as one.
//
// node scripts/test.mjs [STEP...] runs only these steps; --list prints their names.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { stripVTControlCharacters } from "node:util";
import { fromCargo, fromVitest } from "./test-report.mjs";

const root = dirname(import.meta.dirname);
process.chdir(root);

const vitestReport = "target/vitest.json";
/** The file with the result of every test of this run, from all runners. */
const ranReport = "target/ran.json";
/** The commit of which a whole run was green, on a clean tree: what a deployment asks for. */
const greenReport = "target/green.json";
const node = process.execPath;

/** The crates meant for others, which are published together. */
const packages = ["oauth-types", "oauth-fetch", "oauth-provider"].flatMap((name) => ["--package", name]);

/**
 * The steps in order; those that fail quickly come first. `count` reads a runner's own numbers from its output, and
 * `tests` the result of each test. A step is not run, and fails, if a step that it `needs` has failed. A step about the
 * `whole` run is skipped if only some steps were requested.
 */
const steps = [
  { name: "format", title: "formatting", run: ["cargo", "fmt", "--all", "--check"], remedy: "Run: make fmt" },
  { name: "arrows", title: "dependency arrows", run: [node, "scripts/check-arrows.mjs"] },
  { name: "arrows", title: "floors of src/ and of the tools", run: [node, "scripts/check-rooms.mjs"] },
  // Dependencies of tests may break the rules about arrows; those about licences and sources apply to all.
  { name: "deny", title: "bans and arrows", run: ["cargo", "deny", "--locked", "--workspace", "--exclude-dev", "check", "--deny", "unused-wrapper", "bans"] },
  { name: "deny", title: "licences and sources", run: ["cargo", "deny", "--locked", "--workspace", "check", "licenses", "sources"] },
  { name: "deny", title: "sources of the fuzzers", run: ["cargo", "deny", "--locked", "--manifest-path", "fuzz/Cargo.toml", "check", "sources"] },
  { name: "neutral", title: "crates that others can use", run: [node, "scripts/check-neutral.mjs"] },
  { name: "readme", title: "commands in the documents", run: [node, "scripts/check-readme.mjs"] },
  { name: "conformance", title: "rules that stand at the tests, and CONFORMANCE.md", run: [node, "scripts/rules.mjs", "--check"] },
  { name: "conformance", title: "tests that CONFORMANCE.md and SECURITY-MODEL.md name", run: [node, "scripts/check-conformance.mjs"] },
  { name: "conformance", title: "places that cost a client its credentials", run: [node, "scripts/check-endings.mjs"] },
  { name: "scale", title: "costs in SCALE.md", run: [node, "scripts/scale-page.mjs", "--check"], remedy: "Run: node scripts/scale-page.mjs" },
  { name: "mutants", title: "mutants apply, and their judges are there", run: [node, "scripts/mutants.mjs", "--check"] },
  { name: "openspec", title: "specifications", run: ["openspec", "validate", "--all", "--strict"], before: openspecExists },
  { name: "typescript", title: "types of the tests", run: ["tsc"] },
  {
    name: "clippy",
    title: "clippy",
    run: ["cargo", "clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"],
  },
  {
    name: "clippy-wasm",
    title: "clippy for wasm",
    // Code that is compiled only for wasm is checked by no other step.
    run: ["cargo", "clippy", "--lib", "--target", "wasm32-unknown-unknown", "--locked", "--", "-D", "warnings"],
  },
  {
    name: "native",
    title: "native tests",
    run: ["cargo", "test", "--workspace", "--locked", "--no-fail-fast"],
    count: cargoCount,
    tests: fromCargo,
  },
  {
    name: "docs",
    title: "documentation of the crates that others can use",
    run: ["cargo", "doc", ...packages, "--no-deps", "--locked"],
    env: { RUSTDOCFLAGS: "-D warnings" },
  },
  {
    name: "package",
    title: "packages of the crates that others can use",
    run: ["cargo", "package", ...packages, "--allow-dirty", "--no-verify", "--locked", "--offline"],
  },
  { name: "page", title: "tests of the chat's page", run: vitest("page"), count: vitestCount, tests: vitestTests, before: clearReport },
  // All at once: with the features that the tests were built with, little is left to compile.
  { name: "programs", title: "programs and example servers", run: ["cargo", "build", "--locked", "--workspace", "--bins", "--examples"] },
  {
    name: "protocol",
    title: "MCP's own suite against the protocol crate",
    run: [node, "conformance/protocol.mjs"],
    count: suiteCount,
    needs: ["programs"],
  },
  { name: "native-example", title: "native programs from outside", run: vitest("native-example"), count: vitestCount, tests: vitestTests, before: clearReport, needs: ["programs"] },
  { name: "build", title: "worker", run: [node, "scripts/build.mjs"], note: (output) => output.match(/^worker: (.*)/m)?.[1] },
  {
    name: "client-scenarios",
    title: "MCP's own suite against the test client",
    run: [node, "conformance/client.mjs"],
    count: suiteCount,
    needs: ["programs"],
  },
  {
    name: "types",
    title: "worker-configuration.d.ts",
    run: ["npm", "run", "--silent", "types:check"],
    needs: ["build"], // wrangler builds first
    remedy: "Run: make types",
  },
  { name: "deploy", title: "dry-run deployment to canary", run: dryRun("canary"), needs: ["build"] },
  { name: "deploy", title: "dry-run deployment to production", run: dryRun("production"), needs: ["build"] },
  { name: "workerd", title: "black-box tests in workerd", run: vitest("workerd"), count: vitestCount, tests: vitestTests, before: clearReport, needs: ["build", "programs"] },
  { name: "mixed", title: "the release before this one", run: [node, "scripts/previous.mjs"], needs: ["build"], note: (output) => output.match(/^previous release: (.*)/m)?.[1] },
  { name: "mixed", title: "both releases over one storage", run: vitest("mixed"), count: vitestCount, tests: vitestTests, before: clearReport, needs: ["build", "programs", "mixed"] },
  { name: "chromium", title: "tests in Chromium", run: vitest("chromium"), count: vitestCount, tests: vitestTests, before: clearReport, needs: ["build", "programs"] },
  { name: "client", title: "test client against the worker", run: vitest("client"), count: vitestCount, tests: vitestTests, before: clearReport, needs: ["build", "programs"] },
  {
    name: "conformance-ran",
    title: "tests that CONFORMANCE.md and SECURITY-MODEL.md name ran",
    run: [node, "scripts/check-conformance.mjs", "--ran", ranReport],
    whole: true,
    needs: ["native", "page", "native-example", "workerd", "mixed", "client", "chromium"],
    before: keepRan,
    note: (output) => output.match(/, (\d+ runs)/)?.[1],
  },
];

const chosen = process.argv.slice(2);
if (chosen.includes("--list")) {
  console.log([...new Set(steps.map((step) => step.name))].join("\n"));
  process.exit(0);
}
const unknown = chosen.find((name) => !steps.some((step) => step.name === name || step.name.startsWith(`${name}-`)));
if (unknown) {
  console.error(`test: there is no step '${unknown}'. The steps are: ${[...new Set(steps.map((step) => step.name))].join(" ")}`);
  process.exit(2);
}

let current;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    // Ends the whole process group, because cargo, vitest and workerd are children of children.
    if (current) kill(current);
    process.exit(130);
  });
}

const whole = chosen.length === 0;
const commit = whole ? commitOfCleanTree() : undefined;
if (whole) rmSync(greenReport, { force: true });

const started = Date.now();
const total = { passed: 0, failed: 0 };
const failures = [];
const failedSteps = new Set();
const ran = [];
const isChosen = ({ name }) => chosen.length === 0 || chosen.some((wanted) => name === wanted || name.startsWith(`${wanted}-`));
for (const step of steps) {
  if (!isChosen(step)) continue;
  if (step.whole && chosen.length > 0 && !chosen.includes(step.name)) continue;
  const { passed, failed } = await perform(step);
  total.passed += passed;
  total.failed += failed;
}

console.log("");
if (failures.length > 0) console.log(`failed: ${failures.join(", ")}`);
console.log(`in ${seconds(started)} s`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 ? 1 : 0;
if (total.failed === 0 && commit !== undefined && commit === commitOfCleanTree()) {
  writeFileSync(greenReport, JSON.stringify({ commit, passed: total.passed }));
}

/** None where something is not committed: the run is then of no commit. */
function commitOfCleanTree() {
  const git = (...args) => spawnSync("git", args, { encoding: "utf8" }).stdout?.trim();
  return git("status", "--porcelain") === "" ? git("rev-parse", "HEAD") : undefined;
}

async function perform(step) {
  const begun = Date.now();
  const broken = step.needs?.find((name) => failedSteps.has(name));
  const obstacle = broken ? `not run, since '${broken}' failed` : step.before?.();
  const { status, output } = obstacle ? { status: 1, output: obstacle } : await run(step);
  const counts = step.count && !obstacle ? step.count(output) : { passed: 0, failed: 0 };
  if (step.tests && !obstacle) ran.push(...step.tests(output));
  if (status !== 0 && counts.failed === 0) counts.failed = 1;
  if (!step.count && status === 0) counts.passed = 1;
  if (step.count && status === 0 && counts.passed === 0) {
    counts.failed = 1; // A runner that ran nothing has not passed.
  }

  const note = step.count ? `${counts.passed} passed, ${counts.failed} failed` : step.note?.(output);
  const good = counts.failed === 0;
  console.log(`${good ? "ok  " : "FAIL"}  ${step.title}${note ? `: ${note}` : ""} (${seconds(begun)} s)`);
  // A step counts as a test too, since a claim may rest on it.
  ran.push({ suite: "scripts/test.mjs", titles: [step.title], passed: good });
  if (!good) {
    failures.push(step.title);
    failedSteps.add(step.name);
    // Lines about tests that passed would only be in the way.
    const telling = output.split("\n").filter((line) => line.trim() !== "" && !/^test .* \.\.\. ok$|^running \d+ tests?$/.test(line));
    console.log(telling.map((line) => `      | ${line}`).join("\n"));
    if (step.remedy) console.log(`      ${step.remedy}`);
  }
  return counts;
}

/** Runs a step with its output held back. A long one reports its progress from time to time. */
async function run({ title, run: [program, ...args], env }) {
  // Both streams in one, because the order of lines would be lost between two.
  const child = spawn("sh", ["-c", 'exec "$0" "$@" 2>&1', program, ...args], { stdio: ["ignore", "pipe", "inherit"], detached: true, env: { ...process.env, ...env, CARGO_TERM_COLOR: "never", NO_COLOR: "1" } });
  current = child;
  const lines = [];
  const begun = Date.now();
  const progress = setInterval(() => {
    const last = lines.findLast((line) => line.trim() !== "")?.trim().slice(0, 90) ?? "";
    console.log(`  ..  ${title}, ${seconds(begun)} s${last ? `: ${last}` : ""}`);
  }, 15_000);
  createInterface({ input: child.stdout }).on("line", (line) => lines.push(stripVTControlCharacters(line)));
  const status = await new Promise((resolve) => {
    child.once("close", (code) => {
      if (code === 126 || code === 127) lines.push(`${program} did not start. Run: make setup`);
      resolve(code ?? 1);
    });
  });
  clearInterval(progress);
  current = undefined;
  kill(child); // whatever it has left running
  return { status, output: lines.join("\n") };
}

function kill(child) {
  try {
    if (child.pid) process.kill(-child.pid, "SIGKILL");
  } catch {
    // The process has already ended.
  }
}

/** Adds up lines like this, of which each test binary prints one: 'test result: ok. 12 passed; 0 failed; …'. */
function cargoCount(output) {
  const counts = { passed: 0, failed: 0 };
  for (const [, passed, failed] of output.matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed;/gm)) {
    counts.passed += Number(passed);
    counts.failed += Number(failed);
  }
  return counts;
}

/** Reads the last line: '12 passed, 0 failed'. */
function suiteCount(output) {
  const [, passed, failed] = output.match(/^(\d+) passed, (\d+) failed$/m) ?? [];
  return { passed: Number(passed ?? 0), failed: Number(failed ?? 0) };
}

function vitest(project) {
  return ["vitest", "run", "--project", project, "--reporter=default", "--reporter=json", `--outputFile.json=${vitestReport}`];
}

function clearReport() {
  rmSync(vitestReport, { force: true });
  mkdirSync(dirname(vitestReport), { recursive: true });
}

function vitestCount() {
  if (!existsSync(vitestReport)) return { passed: 0, failed: 0 };
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(vitestReport, "utf8"));
  // A test file that does not load has no test that could fail.
  const broken = testResults.filter((file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"));
  return { passed: numPassedTests, failed: numFailedTests + broken.length };
}

function vitestTests() {
  return existsSync(vitestReport) ? fromVitest(JSON.parse(readFileSync(vitestReport, "utf8")), root) : [];
}

function keepRan() {
  mkdirSync(dirname(ranReport), { recursive: true });
  writeFileSync(ranReport, JSON.stringify(ran));
}

function dryRun(environment) {
  return ["wrangler", "deploy", "--dry-run", "--env", environment, "--outdir", join("target", "deploy", environment)];
}

function openspecExists() {
  return existsSync("openspec/config.yaml") ? undefined : "openspec/ is missing: the specifications belong to the project.";
}

function seconds(since) {
  return ((Date.now() - since) / 1000).toFixed(1);
}
