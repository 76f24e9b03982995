import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestWorker, startWorker } from "../support/worker.ts";

describe("the built worker", () => {
  let worker: TestWorker;
  beforeAll(async () => {
    worker = await startWorker();
  });
  afterAll(() => worker?.stop());

  it("answers on a loopback port", async () => {
    const response = await worker.fetch("/health");
    expect(response.status).toBe(200);
  });

  it("answers for any origin", async () => {
    const response = await worker.at("https://mcp.example.com/health");
    expect(response.status).toBe(200);
  });
});
