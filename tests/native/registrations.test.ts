// Registrations out of KV and back, with a stand-in for wrangler whose KV is a file.
// file rule: clients/registrations-exported: registrations come out of KV whole, and back without going over what is there
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";

const script = join(import.meta.dirname, "../../scripts/registrations.mjs");
const LATER = Math.floor(Date.now() / 1000) + 86_400;

type Entry = { key: string; value: string; expiration?: number };
let folder: string;
const path = (name: string) => join(folder, name);
const kv = () => JSON.parse(readFileSync(path("kv"), "utf8")) as Entry[];
const holds = (entries: Entry[]) => writeFileSync(path("kv"), JSON.stringify(entries));
const client = (id: string | number, value = "{}", expiration: number | undefined = LATER): Entry => ({ key: `client:${id}`, value, expiration });

const STAND_IN = `#!${process.execPath}
const fs = require("node:fs");
const [, group, verb, file] = process.argv.slice(1);
const [kv, calls] = [process.env.KV, process.env.KV + ".calls"];
fs.appendFileSync(calls, process.argv.slice(2).join(" ") + "\\n");
const held = JSON.parse(fs.readFileSync(kv));
if (fs.existsSync(kv + ".broken")) { console.error("Authentication error"); process.exit(1); }
const of = (key) => held.find((entry) => entry.key === key);
const what = process.argv.slice(2, 5).join(" ");
if (what === "kv key list") console.log(JSON.stringify(held.filter(({ key }) => key.startsWith("client:")).map(({ key, expiration }) => ({ name: key, expiration }))));
else {
  const asked = JSON.parse(fs.readFileSync(process.argv[5]));
  if (what === "kv bulk get") {
    if (asked.length > 100) { console.error("too many"); process.exit(1); }
    console.log("wrangler says something\\n" + JSON.stringify(Object.fromEntries(asked.map((key) => [key, { value: of(key)?.value ?? null }]))));
  } else fs.writeFileSync(kv, JSON.stringify([...held, ...asked]));
}
`;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "smcp-kv-"));
  mkdirSync(path("bin"));
  writeFileSync(path("bin/wrangler"), STAND_IN, { mode: 0o755 });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function run(...args: string[]) {
  const env = { ...process.env, PATH: `${path("bin")}:${process.env.PATH}`, KV: path("kv") } as never;
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: "utf8", env });
  return { status, output: stdout + stderr };
}

it("every registration comes out, in a file that is its owner's alone, and nothing else does", () => {
  const all = Array.from({ length: 250 }, (_, index) => client(index, `{"n":${index}}`));
  holds([...all, { key: "document:x", value: "{}" }]);
  const { status, output } = run("export", "canary", path("out"));
  expect([status, output]).toEqual([0, `registrations: 250 in ${path("out")}\n`]);
  expect(JSON.parse(readFileSync(path("out"), "utf8"))).toEqual(all);
  expect(statSync(path("out")).mode & 0o777).toBe(0o600);
  expect(readFileSync(path("kv.calls"), "utf8")).toMatch(/^kv key list --prefix client: --binding OAUTH_KV --env canary --remote$/m);
  expect(run("export", "canary", path("out")).status, "a copy is never written over").toBe(1);
});

it("they go back where nothing was written since, with the rest of their lives", () => {
  holds([client("here", '{"new":1}')]);
  writeFileSync(path("out"), JSON.stringify([client("here", '{"old":1}'), client("gone", '{"x":1}'), client("over", "{}", LATER - 2 * 86_400)]));
  const { status, output } = run("import", "production", path("out"));
  expect([status, output]).toEqual([0, "registrations: 1 put back; 1 were there, 1 have expired\n"]);
  expect(kv()).toEqual([client("here", '{"new":1}'), client("gone", '{"x":1}')]);
});

it.each([
  ["what is none", JSON.stringify([{ key: "document:x", value: "{}" }]), "no registration"],
  ["what is no JSON", "x", "JSON"],
])("%s goes nowhere", (_, text, expected) => {
  holds([]);
  writeFileSync(path("out"), text);
  const { status, output } = run("import", "canary", path("out"));
  expect([status, output, kv()]).toEqual([1, expect.stringContaining(expected), []]);
});

it("trouble of wrangler is told, and leaves no file", () => {
  holds([client("a")]);
  writeFileSync(path("kv.broken"), "");
  expect(run("export", "canary", path("out"))).toEqual({ status: 1, output: expect.stringContaining("Authentication error") });
  expect(() => statSync(path("out"))).toThrow();
  expect(run("export", "canary").status).toBe(2);
});
