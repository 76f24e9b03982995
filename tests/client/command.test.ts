// What the command says without a server.
// file rule: test-client/exit-status-and-help: a status for each kind of failure; help, completions, a manual; 50 ms
import { spawnSync } from "node:child_process";
import { performance } from "node:perf_hooks";
import { expect, it } from "vitest";
import { program } from "../support/computer.ts";

const run = (...args: string[]) => spawnSync(program, args, { encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } });

it("starts in under 50 ms", () => {
  run("--version");
  const times = Array.from({ length: 9 }, () => {
    const begun = performance.now();
    expect(run("--version").status).toBe(0);
    return performance.now() - begun;
  });
  // The quickest: the others are about what else this machine does.
  expect(Math.min(...times)).toBeLessThan(50);
});

it("has help, completions and a manual page", () => {
  const help = run("--help");
  expect(help.status).toBe(0);
  expect(help.stdout).toContain("--client-metadata-url");
  expect(help.stdout).toContain("Exit status:");
  for (const shell of ["bash", "zsh", "fish", "powershell", "elvish"]) {
    expect(run("completions", shell).stdout, shell).toContain("mcp-test-client");
  }
  expect(run("man").stdout).toMatch(/^\.TH mcp-test-client 1/m);
});

it("writes a document to host, for its own URL", () => {
  const url = "https://me.example/oauth/client.json";
  const written = run("metadata", "new", url);
  expect(JSON.parse(written.stdout)).toMatchObject({ client_id: url, client_uri: "https://me.example", token_endpoint_auth_method: "none" });
  for (const bad of ["http://me.example/c.json", "https://me.example", "https://me.example/c#x"]) {
    expect(run("metadata", "new", bad).status, bad).toBe(2);
  }
});

it.each([
  [["--tool", "x", "--args", "[]"], "are a JSON object"],
  [["--tool", "x", "--args", "{"], "are not JSON"],
  [["--list", "--mcp-host", "ftp://x.example"], "not an http or https URL"],
  [["--list", "--client-metadata-url", "https://x.example"], "https URL with a path"],
  [["--list", "--transport", "http", "--command", "x"], "leave one out"],
  [["--args", "{}"], "--tool"],
  [["--list", "--protocol-version", "2024-11-05"], "possible values"],
])("refuses %s with 2 and a reason", (args, reason) => {
  const ended = run(...args);
  expect(ended.status).toBe(2);
  expect(ended.stderr).toContain(reason);
});
