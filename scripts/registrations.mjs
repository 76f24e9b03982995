// make export-registrations, make import-registrations: the clients that have registered, from KV into a file and back. Documents and
// key sets are left out, since they are fetched again. The file holds hashes of secrets and is for its owner alone.
//
// node scripts/registrations.mjs export|import ENVIRONMENT FILE [WRANGLER-FLAG...], where the flags are --remote if there are none
// (`--local --persist-to FOLDER` tries it on this computer).
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PREFIX = "client:";
/** Cloudflare's API takes so many keys at once. */
const AT_ONCE = 100;
/** KV keeps nothing for less than a minute. */
const SHORTEST = 60;

const [direction, environment, file, ...flags] = process.argv.slice(2);
if (!["export", "import"].includes(direction) || !environment || !file) {
  console.error("registrations: node scripts/registrations.mjs export|import ENVIRONMENT FILE [WRANGLER-FLAG...]");
  process.exit(2);
}
const where = ["--binding", "OAUTH_KV", ...(environment === "local" ? [] : ["--env", environment]), ...(flags.length > 0 ? flags : ["--remote"])];
const folder = mkdtempSync(join(tmpdir(), "registrations-"));

try {
  console.log(direction === "export" ? exported() : imported());
} catch (error) {
  console.error(`registrations: ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function exported() {
  const entries = [];
  const keys = listed();
  for (let at = 0; at < keys.length; at += AT_ONCE) {
    const some = keys.slice(at, at + AT_ONCE);
    const values = valuesOf(some.map(({ name }) => name));
    // One that expired between the two questions is no loss.
    for (const { name, expiration } of some) if (typeof values[name] === "string") entries.push({ key: name, value: values[name], expiration });
  }
  // Never over another file: it may be the only copy.
  writeFileSync(file, `${JSON.stringify(entries, undefined, 1)}\n`, { mode: 0o600, flag: "wx" });
  return `registrations: ${entries.length} in ${file}`;
}

function imported() {
  const entries = JSON.parse(readFileSync(file, "utf8"));
  const broken = entries.find(({ key, value }) => typeof key !== "string" || !key.startsWith(PREFIX) || typeof value !== "string");
  if (broken) throw new Error(`${file} holds what is no registration: ${JSON.stringify(broken).slice(0, 80)}`);
  // What is there was written since, by a client that came back.
  const there = new Set(listed().map(({ name }) => name));
  const soon = Date.now() / 1000 + SHORTEST;
  const ended = entries.filter(({ expiration }) => expiration !== undefined && expiration <= soon);
  const missing = entries.filter((entry) => !there.has(entry.key) && !ended.includes(entry));
  for (let at = 0; at < missing.length; at += 10_000) wrangler(["kv", "bulk", "put", kept(missing.slice(at, at + 10_000))]);
  return `registrations: ${missing.length} put back; ${entries.filter(({ key }) => there.has(key)).length} were there, ${ended.length} have expired`;
}

function listed() {
  return JSON.parse(wrangler(["kv", "key", "list", "--prefix", PREFIX]));
}

/** By key; nothing for one that is gone. */
function valuesOf(keys) {
  const answer = JSON.parse(wrangler(["kv", "bulk", "get", kept(keys)]));
  return Object.fromEntries(Object.entries(answer.values ?? answer).map(([key, found]) => [key, found?.value ?? found]));
}

function kept(value) {
  const path = join(folder, "batch.json");
  writeFileSync(path, JSON.stringify(value), { mode: 0o600 });
  return path;
}

function wrangler(args) {
  const { status, stdout, stderr, error } = spawnSync("wrangler", [...args, ...where], { encoding: "utf8", maxBuffer: 1 << 30 });
  if (error) throw new Error(`wrangler did not start (${error.code}). Run: make setup`);
  if (status !== 0) throw new Error(`wrangler ${args.slice(0, 3).join(" ")}: status ${status}\n${stderr || stdout}`);
  // A line of progress may stand before the JSON.
  return args[1] === "bulk" && args[2] === "put" ? stdout : stdout.slice(Math.max(0, stdout.search(/^[[{]/m)));
}
