// make deploy-canary, make deploy-production: checks, then a new version in steps, each looked at before the next.
//
// node scripts/deploy.mjs ENVIRONMENT [--dry-run] [--yes --wait SECONDS] [--fix] [--origin URL]
//   --dry-run   print every command and run none
//   --yes       ask nobody: wait between steps, and roll back by itself when a check of the new version fails
//   --wait      seconds between steps with --yes (600)
//   --fix       from 0 to 100 % without a stop: for a version that mends one which does not work
//   --origin    where to ask the worker; without it, https and the host of wrangler.toml
// Status 0: all traffic is on the new version. 1: it is not, and what was is still there or back. 2: the arguments.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { CHECKS } from "./deploy/checks.mjs";
import { ENVIRONMENTS, environment } from "./deploy/config.mjs";
import { smoke } from "./deploy/smoke.mjs";


const WATCH = `  Watch (the queries are under ops/, docs/OPERATIONS.md has the thresholds), of the new version against the old one:
    answers of 5xx, by route           stop above twice the old version's, or 0.5 % of all
    /oauth/token that is no 200        stop below 99.95 % of refreshes that succeed
    sign-ins that reach a code         stop below 99.5 %
    own time of /mcp, p99              stop above 1.5 times the old version's
    log lines of level error           stop at any that the old version does not write`;

const root = dirname(import.meta.dirname);
process.chdir(root);
const { name, dry, yes, wait, fix, origin: given } = read();
const target = environment(root, name);
const origin = given ?? `https://${target.host}`;
/** Per cent of the traffic. At 0 only requests that name the version reach it. */
const STEPS = fix ? [0, 100] : [0, 10, 50, 100];

// The test client as `make` has built it, unless another one is installed.
process.env.PATH += `:${join(root, "target/debug")}`;

/** Starts a program. One that only `reads` is not shown while it runs. */
function run(program, args, { reads = false, env = {} } = {}) {
  if (!reads) console.log(`\n$ ${program} ${args.join(" ")}`);
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: "utf8", env: { ...process.env, ...env }, maxBuffer: 1 << 26 });
  const output = error ? `${program} did not start (${error.code}). Run: make setup` : reads && status === 0 ? stdout : `${stdout}${stderr}`;
  if (!reads) console.log(output.trimEnd().replaceAll(/^/gm, "  "));
  return { status: status ?? 1, output };
}

let lines;
process.exitCode = dry ? printed() : await deployed();
process.stdin.destroy();

async function deployed() {
  const commit = run("git", ["rev-parse", "HEAD"], { reads: true }).output.trim();
  console.log(`deploy: ${commit} to ${name} (${target.worker}, ${origin})`);
  if (!passed(CHECKS.map(([title, check]) => [title, check({ root, target, commit, run })]))) return fail("nothing was uploaded");

  const before = current();
  if (before.problem) return fail(before.problem);
  if (!before.version) return atOnce(undefined, commit);
  const newer = isNewer(before.version);
  if (newer) return fail(newer);

  const { version, migration } = upload(commit);
  if (migration) return atOnce(before.version, commit);
  if (!version) return fail("the version was not uploaded; all traffic is where it was");
  for (const percent of STEPS) {
    const moved = run("wrangler", steps(version, before.version, percent, commit));
    if (moved.status !== 0) return back(before.version, `wrangler did not move ${percent} % of the traffic`);
    if (!(await works(version, percent))) return back(before.version, `the new version does not work at ${percent} %`);
    if (percent === 0 || percent === 100) continue;
    console.log(`\n${percent} % of all requests meet ${version}.\n${WATCH}`);
    if (!(await goesOn(percent))) return back(before.version, "stopped");
    if (yes && !(await works(version, percent))) return back(before.version, `the new version stopped working at ${percent} %`);
  }
  console.log(`\ndeploy: all traffic of ${name} is on ${version}.\n${undo(before.version)}`);
  return 0;
}

/** The first deployment, and one with a migration: wrangler cannot give those a part of the traffic. */
async function atOnce(old, commit) {
  console.log(old ? "\ndeploy: objects get a migration, which is applied to all traffic at once and cannot be rolled back." : "\ndeploy: the first deployment.");
  if (!yes && !(await agreed("Deploy to all traffic?"))) return fail("nothing was deployed");
  if (run("wrangler", ["deploy", "--env", name, "--tag", commit.slice(0, 12), "--message", commit]).status !== 0) return fail("wrangler did not deploy");
  const now = current();
  if (now.problem || !now.version) return fail(`wrangler deployed, and does not say what: ${now.problem ?? "there is no version"}`);
  if (!(await works(now.version, 100))) return fail(`the new version does not work. ${old ? "Deploy a commit that does; before the migration there is no way back." : ""}`);
  console.log(`\ndeploy: all traffic of ${name} is on ${now.version}.`);
  return 0;
}

/** The one version that has all traffic; none before the first deployment. */
function current() {
  const { status, output } = run("wrangler", ["deployments", "status", "--env", name, "--json"], { reads: true });
  if (status !== 0) {
    // wrangler 4: code 10007 is a worker that does not exist; a worker of secrets alone has no deployment.
    return /10007|no deployments|has no/i.test(output) ? {} : { problem: `wrangler does not say what is deployed:\n${output.trimEnd()}` };
  }
  let versions;
  try {
    ({ versions } = JSON.parse(output));
  } catch {
    return { problem: `wrangler does not say what is deployed:\n${output.trimEnd()}` };
  }
  const live = versions.filter(({ percentage }) => percentage > 0);
  if (live.length === 1) return { version: live[0].version_id };
  const list = versions.map(({ version_id: id, percentage }) => `  ${id} ${percentage} %`).join("\n");
  return { problem: `another deployment is under way:\n${list}\nEnd it first: wrangler versions deploy VERSION@100 --env ${name} -y` };
}

/** Why this checkout must not be deployed over a version: its objects have had a migration that is not known here. */
function isNewer(version) {
  const { status, output } = run("wrangler", ["versions", "view", version, "--env", name, "--json"], { reads: true });
  let tag;
  try {
    tag = JSON.parse(output).resources?.script_runtime?.migration_tag;
  } catch {
    return `wrangler does not show ${version} (status ${status}):\n${output.trimEnd()}`;
  }
  if (tag === undefined || target.migrations.includes(tag)) return undefined;
  return `what is deployed has the migration ${tag}, which wrangler.toml lacks: this checkout is older, and must not be deployed over it`;
}

/** The version's id; or that wrangler has uploaded nothing, since objects have a migration before them. */
function upload(commit) {
  const folder = mkdtempSync(join(tmpdir(), "deploy-"));
  const file = join(folder, "output.json");
  try {
    const args = ["versions", "upload", "--env", name, "--tag", commit.slice(0, 12), "--message", commit];
    const { status, output } = run("wrangler", args, { env: { WRANGLER_OUTPUT_FILE_PATH: file } });
    if (status !== 0) return { migration: /pending Durable Object migration/.test(output) };
    const entries = readFileSync(file, "utf8").trim().split("\n").map((line) => JSON.parse(line));
    return { version: entries.find(({ type }) => type === "version-upload")?.version_id };
  } catch (error) {
    console.error(`deploy: wrangler does not say which version it uploaded (${error.message})`);
    return {};
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function steps(version, old, percent, commit) {
  const split = percent === 100 ? [`${version}@100`] : [`${version}@${percent}`, `${old}@${100 - percent}`];
  return ["versions", "deploy", ...split, "--env", name, "--message", `${commit.slice(0, 12)}: ${percent} %`, "-y"];
}

/** Stops at the first check that fails, since those behind it would only say the same. */
async function works(version, percent) {
  for (const [title, check] of smoke({ target, origin, version, percent, run })) {
    let problem;
    try {
      problem = await check();
    } catch (error) {
      problem = error.message;
    }
    if (!passed([[title, problem]])) return false;
  }
  return true;
}

async function goesOn(percent) {
  if (!yes) return agreed(`Go on from ${percent} %? "no" rolls back.`);
  console.log(`  Waiting ${wait} s.`);
  await new Promise((resolve) => setTimeout(resolve, wait * 1000));
  return true;
}

/** All traffic to the version before. */
async function back(old, why) {
  console.error(`\ndeploy: ${why}.`);
  const args = ["rollback", old, "--env", name, "--message", why, "-y"];
  if (!yes && !(await agreed(`Roll back to ${old}?`))) {
    return fail(`the traffic stays as it is. To roll back: wrangler ${args.join(" ")}`);
  }
  if (run("wrangler", args).status !== 0) return fail(`THE ROLL-BACK FAILED. Try by hand: wrangler ${args.join(" ")}`);
  return fail(`all traffic is on ${old} again`);
}

function undo(old) {
  return `To roll back: wrangler rollback ${old} --env ${name} --message "why" -y
  It takes back code, variables and files. It does not take back what was written meanwhile (grants, registrations), migrations of
  objects, or routes; secrets that have changed since are named and asked about. docs/OPERATIONS.md "Rolling back" says what that means.`;
}

/** What a deployment would run. */
function printed() {
  const lines = [
    "git status --porcelain",
    `wrangler deploy --dry-run --env ${name} --outdir ${join("target", "deploy", name)}`,
    `wrangler secret list --env ${name} --format json`,
    `wrangler deployments status --env ${name} --json`,
    `wrangler versions view OLD --env ${name} --json`,
    `wrangler versions upload --env ${name} --tag COMMIT --message COMMIT`,
  ];
  for (const percent of STEPS) {
    lines.push(`wrangler ${steps("NEW", "OLD", percent, "COMMIT").join(" ")}`);
    lines.push(`  GET ${origin}/health, GET ${origin}/.well-known/oauth-authorization-server (of NEW)`);
    if (percent > 0) lines.push(`  mcp-test-client doctor ${origin}/mcp`);
    lines.push(`  a call of whoami: of NEW with SMOKE_SENTRY_TOKEN, else above 0 %: mcp-test-client --mcp-host ${origin} --tool whoami --json`);
  }
  console.log([...lines, `in trouble: wrangler rollback OLD --env ${name} --message WHY -y`].join("\n"));
  return 0;
}

function passed(results) {
  for (const [title, problem] of results) console.log(`${problem ? "FAIL" : "ok  "}  ${title}${problem ? `\n${problem.replaceAll(/^/gm, "      | ")}` : ""}`);
  return results.every(([, problem]) => !problem);
}

function fail(words) {
  console.error(`deploy: ${words}`);
  return 1;
}

/** Anything but "yes" is no, the end of the input too. */
async function agreed(question) {
  process.stdout.write(`${question} [yes/no] `);
  lines ??= createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const { value, done } = await lines.next();
  return !done && value.trim().toLowerCase() === "yes";
}

function read() {
  let parsed;
  try {
    const options = { "dry-run": { type: "boolean" }, yes: { type: "boolean" }, wait: { type: "string" }, fix: { type: "boolean" }, origin: { type: "string" } };
    parsed = parseArgs({ options, allowPositionals: true });
  } catch (error) {
    usage(error.message);
  }
  const { values, positionals } = parsed;
  const seconds = Number(values.wait ?? 600);
  if (positionals.length !== 1 || !ENVIRONMENTS.includes(positionals[0])) usage(`name an environment: ${ENVIRONMENTS.join(" or ")}`);
  if (!Number.isFinite(seconds) || seconds < 0) usage("--wait takes seconds");
  return { name: positionals[0], dry: values["dry-run"] ?? false, yes: values.yes ?? false, wait: seconds, fix: values.fix ?? false, origin: values.origin };
}

function usage(words) {
  console.error(`deploy: ${words}\nnode scripts/deploy.mjs ENVIRONMENT [--dry-run] [--yes --wait SECONDS] [--fix] [--origin URL]`);
  process.exit(2);
}
