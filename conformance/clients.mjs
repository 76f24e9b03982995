// make conformance: the MCP SDKs and tools of others against the built worker, each in its released version, over /mcp and
// over a project's path. What they are and what each cannot do is in clients/list.mjs; docs/CLIENTS.md tells it to people.
//
// Every access token ends after a few seconds, so that what a client does then is seen and not assumed. A person who needs
// no browser signs in where a client opens one. Ends with a table and 'N passed, N failed'. Needs `make build`, the local
// Sentry and Python 3.11 or later; what is missing of the clients themselves is installed from their lock files.
//
// conformance/clients.mjs fastmcp mcporter: these alone. VERBOSE=1: what each wrote.
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { startDemoSentry } from "../tests/support/demo-sentry.ts";
import { startWorker } from "../tests/support/worker.ts";
import { install, release } from "./clients/install.mjs";
import { clients, paths } from "./clients/list.mjs";
import { judge } from "./clients/outcome.mjs";
import { startRecorder } from "./clients/recorder.mjs";
import { LIFETIME, run } from "./clients/run.mjs";
import { documented, tables } from "./clients/tables.mjs";
import { results } from "./suite.mjs";

/** As many at once: most of each run is waiting for a token to end. */
const AT_ONCE = 5;

const asked = process.argv.slice(2);
const chosen = clients.filter(({ name, key }) => asked.length === 0 || asked.some((word) => key.includes(word) || name.includes(word)));
if (chosen.length === 0) {
  console.error(`conformance/clients.mjs: no client is called ${asked.join(" or ")}; there are ${clients.map(({ key }) => key).join(", ")}`);
  process.exit(2);
}
install(chosen);

const folder = join(results, "clients");
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const sentry = await startDemoSentry();
const worker = await startWorker({ sentry: sentry.url, vars: { ACCESS_TOKEN_TTL: `${LIFETIME}` } });
const waiting = chosen.flatMap((client) => Object.keys(paths).map((where) => ({ client, where })));
const found = new Map(chosen.map(({ key }) => [key, {}]));
console.log(`clients: ${waiting.length} runs, ${AT_ONCE} at once; all of them take some six minutes`);
try {
  await Promise.all(Array.from({ length: AT_ONCE }, work));
} finally {
  await Promise.all([worker.stop(), sentry.stop()]);
}

const total = { passed: 0, failed: 0 };
for (const runs of found.values()) {
  for (const { outcomes } of Object.values(runs)) {
    for (const { good } of Object.values(outcomes)) total[good ? "passed" : "failed"] += 1;
  }
}
const text = tables(chosen.map((client) => ({ client, version: release(client), runs: found.get(client.key) })));
console.log(`\n${text}\n`);
for (const { name, lacks = {} } of chosen) {
  for (const [step, { why }] of Object.entries(lacks)) console.log(`${name}, ${step}: ${why}`);
}
if (chosen.length === clients.length && total.failed === 0 && !documented(text)) {
  console.log("FAIL  docs/CLIENTS.md does not have these tables: UPDATE=1 node conformance/clients.mjs writes them");
  total.failed += 1;
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);

async function work() {
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const { client, where } = next;
    const recorder = await startRecorder(new URL(worker.origin));
    const began = Date.now();
    try {
      const told = await run(client, recorder, { ...paths[where], folder: join(folder, client.key, where.replace("/", "")) });
      const outcomes = judge(client, told, recorder.requests);
      found.get(client.key)[where] = { outcomes, requests: recorder.requests };
      report(`${client.name}, ${where}`, outcomes, told, Math.round((Date.now() - began) / 1000));
    } finally {
      recorder.stop();
    }
  }
}

function report(label, outcomes, told, seconds) {
  const bad = Object.entries(outcomes).filter(([, { good }]) => !good);
  console.log(`${bad.length === 0 ? "ok  " : "FAIL"}  ${label} (${seconds} s)`);
  for (const [step, { why }] of bad) console.log(`      | ${step}: ${why}`);
  if (bad.length > 0 || process.env.VERBOSE) console.log(told.output.slice(-4000).replace(/^/gm, "      | "));
}
