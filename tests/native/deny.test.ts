// deny.toml lets in what is there, and nothing else: without one of its lines cargo-deny finds the crate that needs it.
// file rule: clients/crates-and-arrows: crates come from the registry, under licences of a list, and by drawn arrows
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const repository = join(import.meta.dirname, "../..");
const rules = readFileSync(join(repository, "deny.toml"), "utf8");

/** cargo-deny over the workspace under changed rules. */
function check(changed: string, ...asked: string[]) {
  const folder = mkdtempSync(join(tmpdir(), "smcp-deny-"));
  try {
    const config = join(folder, "deny.toml");
    writeFileSync(config, changed);
    const dev = asked.includes("bans") ? ["--exclude-dev"] : [];
    const { status, stderr } = spawnSync("cargo", ["deny", "--locked", "--color", "never", "--workspace", ...dev, "--config", config, "check", ...asked], { cwd: repository, encoding: "utf8" });
    return { passed: status === 0, output: stderr };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe("cargo-deny", () => {
  it("takes the workspace as it is", () => {
    for (const asked of [["bans"], ["licenses", "sources"]]) {
      const { passed, output } = check(rules, ...asked);
      expect(passed, output).toBe(true);
    }
  }, 120_000);

  it.each([
    ["an arrow that nobody has drawn", '"sentry-mcp", "sentry-tools"] },\n  { crate = "mcp"', '"sentry-tools"] },\n  { crate = "mcp"', "bans", "crate 'oauth-fetch"],
    ["another crate that knows Cloudflare", '{ crate = "worker", wrappers = ["hosted-sentry-mcp"]', '{ crate = "worker", wrappers = ["sentry-tools"]', "bans", "crate 'worker"],
    ["another way out", '{ crate = "reqwest", wrappers = ["oauth-fetch"]', '{ crate = "reqwest", wrappers = ["sentry-api"]', "bans", "crate 'reqwest"],
    ["a licence that is not on the list", '  "MPL-2.0",\n', "", "licenses", "MPL-2.0"],
    ["a registry that is not ours", "[sources]\n", "[sources]\nallow-registry = []\n", "sources", "source-not-allowed"],
  ])("finds %s", (_, line, instead, asked, says) => {
    expect(rules).toContain(line);
    const { passed, output } = check(rules.replace(line, instead), asked);
    expect(passed, output).toBe(false);
    expect(output).toContain(says);
  }, 120_000);
});
