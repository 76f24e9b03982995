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
  expect(diagnosis.findings.filter(({ severity }) => severity !== "ok")).toEqual([]);
  expect(status).toBe(0);
});

// rule: doctor/output-forms
it("ends with another status where something fails, and says so in words", async () => {
  using computer = new Computer();
  const { status, stdout, stderr } = await computer.run(["doctor", new URL("/elsewhere", example.origin).href]);
  expect(status).toBe(1);
  expect(stdout).toMatch(/^failure +challenge-status +404 /m);
  expect(stdout).toMatch(/^\d+ failed, \d+ warned, \d+ ok, \d+ skipped$/m);
  expect(stderr).toBe("");
});
