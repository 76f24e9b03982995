// Runs @modelcontextprotocol/conformance against a server and reads what it found.
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** Where results lie. */
export const results = join(dirname(import.meta.dirname), "target", "conformance");

const manifest = createRequire(import.meta.url).resolve("@modelcontextprotocol/conformance/package.json");
const { bin } = JSON.parse(readFileSync(manifest, "utf8"));
export const suite = join(dirname(manifest), bin.conformance);

/** The checks of each scenario: `[{ scenario, checks: [{ id, status, errorMessage }] }]`. */
export async function runServer(url, folder, options) {
  mkdirSync(folder, { recursive: true });
  const settings = { url, "output-dir": folder, ...options };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const child = spawn(process.execPath, [suite, "server", ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const lines = [];
  child.stdout.setEncoding("utf8").on("data", (text) => lines.push(text));
  await new Promise((resolve) => child.once("close", resolve));
  if (process.env.VERBOSE) console.log(lines.join(""));
  const found = readdirSync(folder).flatMap((name) => {
    const scenario = name.match(/^server-(.+)-\d{4}-\d\d-\d\dT/)?.[1];
    return scenario ? [{ scenario, checks: JSON.parse(readFileSync(join(folder, name, "checks.json"), "utf8")) }] : [];
  });
  if (found.length === 0) throw new Error(`the suite left no results:\n${lines.join("").slice(-2000)}`);
  return found.sort((a, b) => (a.scenario < b.scenario ? -1 : 1));
}

/** The suite's scenarios of a side, each with the revisions that it applies to. */
export async function listed(side) {
  const { output } = await run(["list", `--${side}`]);
  const lines = [...output.matchAll(/^ *- (\S+) \[([^\]]*)\]$/gm)];
  if (lines.length === 0) throw new Error(`the suite lists no scenarios:\n${output}`);
  return lines.map(([, scenario, versions]) => ({ scenario, versions: versions.split(",") }));
}

/** One scenario against a client: its checks, and the suite's own judgement as its status. */
export async function runClient(folder, scenario, options) {
  mkdirSync(folder, { recursive: true });
  const { status, output } = await run(["client", ...flags({ "output-dir": folder, ...options })]);
  if (process.env.VERBOSE) console.log(output);
  const place = dirname(join(folder, scenario));
  const begin = scenario.split("/").at(-1);
  const found = readdirSync(place).find((name) => name.startsWith(`${begin}-2`));
  if (!found) throw new Error(`the suite left no results of ${scenario}:\n${output.slice(-2000)}`);
  return { checks: JSON.parse(readFileSync(join(place, found, "checks.json"), "utf8")), status, output: output.slice(-3000) };
}

function flags(settings) {
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
}

async function run(args) {
  const child = spawn(process.execPath, [suite, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const lines = [];
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => lines.push(text));
  const status = await new Promise((resolve) => child.once("close", (code) => resolve(code ?? 1)));
  return { status, output: lines.join("") };
}

/**
 * Prints a line a scenario and counts. `excused` says which checks of a scenario need not succeed, or all (true): such a
 * scenario counts for nothing. An excuse that nothing needs is a failure, so that the list stays true.
 */
export function judge(label, found, excused) {
  const counts = { passed: 0, failed: 0 };
  const failed = (scenario, why) => {
    counts.failed += 1;
    console.log(`FAIL  ${label} ${scenario}`);
    for (const line of why) console.log(`      | ${line}`);
  };
  for (const { scenario, checks } of found) {
    const bad = checks.filter(({ status }) => status === "FAILURE" || status === "WARNING");
    const shown = checks.some(({ status, id }) => status === "SUCCESS" && id !== "wire-schema-valid");
    const excuse = excused[scenario] ?? [];
    if (excuse === true) {
      if (bad.length === 0 && shown) failed(scenario, ["it passes now: take its excuse away"]);
      else console.log(` --   ${label} ${scenario}: see docs/CONFORMANCE.md`);
      continue;
    }
    const why = bad
      .filter(({ id }) => !excuse.includes(id))
      .map(({ id, status, errorMessage }) => `${id}: ${status} ${errorMessage ?? ""}`);
    why.push(...excuse.filter((id) => !bad.some((check) => check.id === id)).map((id) => `${id} passes now: take its excuse away`));
    if (!shown) why.push("it showed nothing");
    if (why.length > 0) failed(scenario, why);
    else {
      counts.passed += 1;
      console.log(`ok    ${label} ${scenario}${excuse.length > 0 ? `, without ${excuse.join(", ")}` : ""}`);
    }
  }
  for (const scenario of Object.keys(excused)) {
    if (!found.some((run) => run.scenario === scenario)) failed(scenario, ["it has an excuse and did not run"]);
  }
  return counts;
}

/** Every excuse has its reason in the documents. */
export function explained(excused) {
  const document = readFileSync(join(dirname(import.meta.dirname), "docs", "CONFORMANCE.md"), "utf8");
  const silent = Object.keys(excused).filter((scenario) => !document.includes(`\`${scenario}\``));
  for (const scenario of silent) console.log(`FAIL  docs/CONFORMANCE.md does not say why ${scenario} is excused`);
  return silent.length;
}
