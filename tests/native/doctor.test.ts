// The doctor at the example server of crates/oauth-provider.
import { afterAll, beforeAll, expect, it } from "vitest";
import { diagnose, troubles } from "../support/doctor.ts";
import { type Example, Visitor, startExample } from "../support/example.ts";
import { Computer } from "../support/computer.ts";

let example: Example;
beforeAll(async () => {
  example = await startExample();
});
afterAll(() => example?.stop());

// rule: doctor/right-server-is-clean
it("finds nothing wrong with the example server", async () => {
  const { status, diagnosis } = await diagnose(new URL("/mcp", example.origin), ["--register"]);
  expect(troubles(diagnosis)).toEqual([]);
  expect(diagnosis).toMatchObject({ server: `${example.origin}/mcp`, issuer: example.origin, ok: true });
  // All but what needs a sign-in.
  expect(diagnosis.findings.filter(({ severity }) => severity === "ok").length).toBeGreaterThan(50);
  expect(status).toBe(0);
});

// rule: doctor/right-sign-in-is-clean
it("finds nothing wrong with what comes of a sign-in there", async () => {
  const { status, diagnosis } = await diagnose(new URL("/mcp", example.origin), ["--register"], new Visitor());
  expect(troubles(diagnosis)).toEqual([]);
  // One document that no other can disagree with, and no second resource that a token could be for.
  const skipped = diagnosis.findings.filter(({ severity }) => severity === "skipped").map(({ check }) => check);
  expect(skipped.sort()).toEqual(["foreign-token", "metadata-agree"]);
  expect(status).toBe(0);
});

// rule: doctor/output-forms
it("ends with another status where something fails, and says so in words", async () => {
  using computer = new Computer();
  const { status, stdout, stderr } = await computer.run(["doctor", new URL("/elsewhere", example.origin).href]);
  expect(status).toBe(1);
  expect(stdout).toContain("this is no MCP server");
  expect(stdout).toMatch(/^failure +challenge-status\n +found +404$/m);
  expect(stdout).toMatch(/^ +remedy +\S/m);
  expect(stderr).toBe("");
});
