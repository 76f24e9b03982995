import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startBrowser } from "../support/browser.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

let worker: TestWorker;
let browser: Browser;
beforeAll(async () => {
  [worker, browser] = await Promise.all([startWorker(), startBrowser()]);
});
afterAll(async () => {
  await Promise.all([worker?.stop(), browser?.close()]);
});

it("shows in a browser", async () => {
  const page = await browser.newPage();
  const response = await page.goto(worker.url.href);
  expect(response?.status()).toBe(200);
  expect(await page.innerText("body")).not.toBe("");
});
