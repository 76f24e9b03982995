// make conformance: the authorization-server scenarios of @modelcontextprotocol/conformance, for two protocol versions,
// against the built worker. The suite prints the URL that a person would open; ours opens it.
//
// Ends with one line a scenario and 'N passed, N failed'. Needs `make build` and the local Sentry.
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { startDemoSentry } from "../tests/support/demo-sentry.ts";
import { register } from "../tests/support/oauth.ts";
import { Person } from "../tests/support/person.ts";
import { startWorker } from "../tests/support/worker.ts";
import { results, suite } from "./suite.mjs";

const versions = ["2025-11-25", "2026-07-28"];

rmSync(join(results, "authorization"), { recursive: true, force: true });
const sentry = await startDemoSentry();
const worker = await startWorker({ sentry: sentry.url });
let failed = 0;
let passed = 0;
try {
  for (const version of versions) {
    for (const check of await checks(version)) {
      const good = check.status === "SUCCESS";
      if (good) passed += 1;
      else failed += 1; // A skipped check has shown nothing.
      console.log(`${good ? "ok  " : "FAIL"}  ${version} ${check.id}${good ? "" : `: ${check.status} ${check.errorMessage ?? ""}`}`);
    }
  }
} finally {
  await Promise.all([worker.stop(), sentry.stop()]);
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);

/** Runs the suite once, as a public client of its own. */
async function checks(version) {
  const port = await freePort();
  const client = await register(worker, { client_name: "Conformance", redirect_uris: [`http://127.0.0.1:${port}/callback`] });
  const folder = join(results, "authorization", version);
  mkdirSync(folder, { recursive: true });
  const settings = {
    url: worker.origin,
    "spec-version": version,
    "client-id": client.client_id,
    resource: `${worker.origin}/mcp`,
    port,
    "output-dir": folder,
  };
  const options = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, `${value}`]);
  const child = spawn(process.execPath, [suite, "authorization", ...options], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.once("close", resolve));
  for await (const line of createInterface({ input: child.stdout })) {
    if (process.env.VERBOSE) console.log(`      | ${line}`);
    if (line.startsWith(`${worker.origin}/oauth/authorize?`)) {
      const callback = await new Person().authorize(new URL(line));
      await fetch(callback);
    }
  }
  const status = await ended;
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith("checks.json"));
  const found = files.sort().flatMap((name) => JSON.parse(readFileSync(join(folder, name), "utf8")));
  if (status !== 0 && found.every((check) => check.status === "SUCCESS")) {
    found.push({ id: "suite", status: "FAILURE", errorMessage: `the suite ended with ${status}` });
  }
  return found;
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
