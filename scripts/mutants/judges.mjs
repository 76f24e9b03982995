// Runs a judge in the copy. Only a failed test is a verdict: a build error, or a run without tests, proves nothing.
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { patternOf } from "../named-tests.mjs";

const MINUTE = 60_000;
/** A mutant can make a test run forever. */
const PATIENCE = { cargo: 4 * MINUTE, vitest: 10 * MINUTE };
const BUILDING = 60 * MINUTE;

/** The commands that build what a judge of vitest's needs. */
const STEPS = {
  worker: [process.execPath, "scripts/build.mjs"],
  "demo-sentry": build("--package", "demo-sentry"),
  "sentry-mcp": build("--package", "sentry-mcp"),
  "mcp-test-client": build("--package", "mcp-test-client"),
  example: build("--package", "oauth-provider", "--example", "server"),
};

/**
 * Runs the judges on `copy`. Returns undefined if all tests pass, otherwise their output. Throws if there is no
 * verdict.
 */
export function ask(judge, copy) {
  return judge.runner === "cargo" ? askCargo(judge, copy) : askVitest(judge, copy);
}

function askCargo({ crate, target, filters }, copy) {
  const test = ["test", "--quiet", "--locked", "--package", crate, ...target];
  succeed("cargo", [...test, "--no-run"], copy);
  const { status, stdout, error } = run("cargo", [...test, "--", ...filters], copy, PATIENCE.cargo);
  if (error?.code === "ETIMEDOUT") return "it ran for ever";
  const ran = [...stdout.matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed/gm)].some(([, passed, failed]) => passed !== "0" || failed !== "0");
  if (!ran) throw new Error(`no test ran for '${filters.join(" ")}':\n${stdout}`);
  return status === 0 ? undefined : stdout;
}

function askVitest({ project, file, title, needs }, copy) {
  for (const [program, ...rest] of needs.map((step) => STEPS[step])) succeed(program, rest, copy);
  const report = join(copy, "target", "mutant.json");
  rmSync(report, { force: true });
  const named = title ? ["--testNamePattern", patternOf(title)] : [];
  const { error, stdout } = run("vitest", ["run", "--project", project, file, ...named, "--reporter=json", `--outputFile=${report}`], copy, PATIENCE.vitest);
  if (error?.code === "ETIMEDOUT") return "it ran for ever";
  const { numPassedTests, numFailedTests, testResults } = readReport(report, stdout);
  const failed = testResults.flatMap((each) => each.assertionResults).filter((test) => test.status === "failed");
  if (numFailedTests > 0) return failed.map((test) => `${test.fullName}\n${test.failureMessages.join("\n")}`).join("\n");
  // A file that does not load, or a worker that does not start, is not a failed test.
  const broken = testResults.filter((each) => each.status === "failed").map((each) => each.message);
  if (broken.length > 0 || numPassedTests === 0) throw new Error(`no test ran for ${file} "${title ?? ""}":\n${broken.join("\n")}`);
  return undefined;
}

function readReport(path, output) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    throw new Error(`vitest left no report:\n${output}`);
  }
}

function build(...what) {
  return ["cargo", "build", "--quiet", "--locked", ...what];
}

function succeed(program, rest, copy) {
  const { status, stdout, stderr, error } = run(program, rest, copy, BUILDING);
  if (status !== 0) throw new Error(`what does not build proves nothing: ${program} ${rest.join(" ")}\n${stdout}${stderr}${error ?? ""}`);
}

function run(program, rest, cwd, timeout) {
  // Failures must come from the mutant, not from a file in which proptest stored an earlier one.
  const env = { ...process.env, PROPTEST_FAILURE_PERSISTENCE: "off", RUST_BACKTRACE: "0", PROPTEST_MAX_SHRINK_ITERS: "0" };
  delete env.CARGO_TARGET_DIR; // the copy has its own, where the tests look for programs
  return spawnSync(program, rest, { cwd, encoding: "utf8", env, timeout, maxBuffer: 1 << 28 });
}
