// Pages under watch: every message on the console and every request to somebody who has no part is a complaint.
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";

export interface Watched extends AsyncDisposable {
  context: BrowserContext;
  page: Page;
  complaints: string[];
}

/** A browser of its own, in which only these origins have a part. */
export async function watched(browser: Browser, origins: string[], options: BrowserContextOptions = {}): Promise<Watched> {
  const context = await browser.newContext(options);
  const complaints: string[] = [];
  context.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  context.on("weberror", ({ error }) => complaints.push(String(error())));
  context.on("request", (request) => {
    if (!origins.includes(new URL(request.url()).origin)) complaints.push(`request to ${request.url()}`);
  });
  return { context, page: await context.newPage(), complaints, [Symbol.asyncDispose]: () => context.close() };
}

/** Chromium says on the console that a page's status was no success; all else stays. */
export const but = (complaints: string[], status: number) => complaints.filter((line) => !line.includes(`status of ${status}`));
