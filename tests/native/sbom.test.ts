// What the lists of `make sbom` say is in a program, against what cargo says.
// file rule: clients/sbom: the list of each program has every crate in it, with licence and hash, and every package of its pages
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";

interface Component {
  name: string;
  version: string;
  purl: string;
  licenses?: { expression: string }[];
  hashes?: { alg: string; content: string }[];
}
interface Bom {
  bomFormat: string;
  specVersion: string;
  serialNumber: string;
  metadata: { component: Component };
  components: Component[];
}

const root = join(import.meta.dirname, "../..");
let folder: string;
const run = (program: string, args: string[]) => spawnSync(program, args, { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 });
const bom = (name: string) => JSON.parse(readFileSync(join(folder, `${name}.cdx.json`), "utf8")) as Bom;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "smcp-sbom-"));
  const { status, stderr } = run(process.execPath, ["scripts/sbom.mjs", folder]);
  expect([status, stderr]).toEqual([0, ""]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each([
  ["worker", "hosted-sentry-mcp", ["oauth-provider", "sentry-tools", "worker", "url", "serde"], ["reqwest", "demo-sentry"]],
  ["sentry-mcp", "sentry-mcp", ["sentry-tools", "mcp", "tokio", "reqwest", "rustls"], ["worker", "oauth-provider", "demo-sentry"]],
  ["mcp-test-client", "mcp-test-client", ["mcp-doctor", "oauth-provider", "tokio", "clap"], ["worker", "sentry-tools"]],
])("%s has the crates that are compiled into it, each once, and none that only builds or tests", (file, name, there, elsewhere) => {
  const { metadata, components } = bom(file);
  const names = components.map((component) => component.name);
  expect(metadata.component.name).toBe(name);
  expect(names).toEqual(expect.arrayContaining(there));
  // What derives code or tests it is not in a program.
  expect(names.filter((each) => [...elsewhere, "serde_derive", "proptest", "insta"].includes(each))).toEqual([]);
  const refs = components.map(({ purl }) => purl);
  expect(new Set(refs).size).toBe(refs.length);
  const lock = readFileSync(join(root, "Cargo.lock"), "utf8");
  for (const { name, version, purl } of components) {
    if (purl.startsWith("pkg:cargo/")) expect(lock).toContain(`name = "${name}"\nversion = "${version}"\n`);
  }
});

it("the worker's has what is in the chat's script, and each component a licence and a hash unless it is ours", () => {
  const { bomFormat, specVersion, serialNumber, components } = bom("worker");
  expect([bomFormat, specVersion]).toEqual(["CycloneDX", "1.6"]);
  expect(serialNumber).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(components.filter(({ purl }) => purl.startsWith("pkg:npm/")).map(({ name }) => name)).toEqual(["@speed-highlight/core", "marked", "preact"]);
  const ours = new Set(components.filter(({ hashes }) => !hashes).map(({ name }) => name));
  expect(ours.has("oauth-provider") && !ours.has("serde")).toBe(true);
  for (const { name, licenses, hashes } of components) {
    expect([name, licenses?.[0]?.expression]).toEqual([name, expect.stringMatching(/^[\w.()+-]+( (OR|AND|WITH) [\w.()+-]+)*$/)]);
    if (hashes) expect(hashes[0]!.content).toMatch(/^([0-9a-f]{64}|[0-9a-f]{128})$/);
  }
});
