// The doctor's command line, at small servers that are no worker.
import { spawn } from "node:child_process";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { program } from "../support/computer.ts";

async function doctor(listener: RequestListener, args: string[], scheme = ""): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const child = spawn(program, ["doctor", `${scheme}127.0.0.1:${port}/mcp`, ...args], { env: { ...process.env, NO_COLOR: "1" } });
  const ended = { status: null as number | null, stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (ended.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (ended.stderr += text));
  ended.status = await new Promise((resolve) => child.once("close", resolve));
  server.close();
  return ended;
}

const open: RequestListener = (_, response) => {
  response.setHeader("content-type", "application/json").end('{"jsonrpc":"2.0","id":1,"result":{}}');
};
const closed: RequestListener = (_, response) => {
  response.writeHead(401, { "www-authenticate": 'Bearer error="invalid_token"' }).end();
};
const page: RequestListener = (_, response) => {
  response.writeHead(404, { "content-type": "text/html" }).end("<p>no");
};

// rule: doctor/sees-first
it("tries https, then http on this computer, where the scheme is missing, and allows a server without sign-in", async () => {
  const { status, stdout, stderr } = await doctor(open, []);
  expect(stderr).toMatch(/nothing answers at https:.*trying http:/);
  expect(stdout).toMatch(/^http:\/\/127.0.0.1:\d+\/mcp: no sign-in, which is allowed/);
  expect(status).toBe(0);
});

// rule: doctor/exit-by-severity: the exit status is by severity: --fail-on failure, warning or never
it.each([
  [closed, [], 1],
  [closed, ["--fail-on", "never"], 0],
  [page, [], 1],
  [open, ["--fail-on", "warning"], 0],
])("ends by severity (%#)", async (listener, args, wanted) => {
  expect((await doctor(listener, args, "http://")).status).toBe(wanted);
});

// rule: doctor/output-forms
it("writes the verdict alone, Markdown, JUnit and JSON", async () => {
  const quiet = await doctor(closed, ["--quiet"], "http://");
  expect(quiet.stdout.trim().split("\n")).toHaveLength(1);
  expect(quiet.stderr).toBe("");
  expect((await doctor(closed, ["--format", "markdown"], "http://")).stdout).toContain("| failure | `resource-found` |");
  expect((await doctor(closed, ["--format", "junit"], "http://")).stdout).toContain('<testsuite name="http://127.0.0.1:');
  const { sight, verdict } = JSON.parse((await doctor(closed, ["--format", "json"], "http://")).stdout);
  expect([sight.kind, verdict]).toEqual(["protected", expect.stringContaining("something is broken")]);
});
