// `doctor --as-server` as somebody runs it, with this project's own client.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { agree } from "../../conformance/servers/person.mjs";
import { program } from "../support/computer.ts";

const env = { ...process.env, NO_COLOR: "1", SENTRY_ACCESS_TOKEN: "" };

/** Starts the server, runs the test client against it, and returns the report on it. */
async function behaviour(...options: string[]) {
  const server = spawn(program, ["doctor", "--as-server", "--json", ...options], { env });
  let report = "";
  server.stdout.setEncoding("utf8").on("data", (text: string) => (report += text));
  const ended = new Promise<number | null>((resolve) => server.once("close", resolve));
  const endpoint = await new Promise<string>((resolve) => {
    createInterface({ input: server.stderr }).on("line", (line) => resolve(line.match(/http:\S+\/mcp/)?.[0] ?? line));
  });
  const state = mkdtempSync(join(tmpdir(), "as-server-"));
  const client = spawn(program, ["--list", "--no-browser", "--state", state, "--transport", "http", "--endpoint", endpoint], { env });
  client.stdout.resume();
  createInterface({ input: client.stderr }).on("line", (line) => {
    if (line.startsWith("http")) void agree(line);
  });
  const status = await new Promise<number | null>((resolve) => client.once("close", resolve));
  rmSync(state, { recursive: true });
  server.kill("SIGINT");
  return { client: status, status: await ended, ...JSON.parse(report) };
}

// rule: doctor/as-server
it("finds nothing wrong with the test client", async () => {
  const { client, status, server, findings } = await behaviour();
  expect(findings.filter(({ severity }: { severity: string }) => ["failure", "warning"].includes(severity))).toEqual([]);
  expect([client, status, server]).toEqual([0, 0, expect.stringMatching(/^mcp-test-client /)]);
});

// rule: doctor/as-server
it.each(["wrong-iss", "wrong-state"])("sees that the test client refuses %s", async (trial) => {
  const { client, status, findings } = await behaviour("--trial", trial);
  const kept = findings.find(({ check }: { check: string }) => check === `${trial}-refused`);
  expect([client, status, kept.severity]).toEqual([4, 0, "ok"]);
});
