// The chat as a person uses it: signing in at the local Sentry, in a window of its own or in the same one.
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import type { DemoSentry } from "./demo-sentry.ts";
import { question } from "./made-up.ts";
import { type Watched, watched } from "./watched.ts";
import type { TestWorker } from "./worker.ts";

/** The variables of a worker that uses the local Sentry's scripted model. */
export const scripted = (sentry: DemoSentry) => ({ LLM_API_KEY: "any", LLM_BASE_URL: `${sentry.url}/v1`, LLM_MODEL: "demo-model" });

export interface Site {
  sentry: DemoSentry;
  worker: TestWorker;
}

/** The first page, in a browser of its own. A certificate of a test's is nobody's. */
export async function openChat(browser: Browser, { sentry, worker }: Site, options: BrowserContextOptions = {}): Promise<Watched> {
  const seen = await watched(browser, [worker.origin, sentry.url], { ignoreHTTPSErrors: true, ...options });
  await seen.page.goto(`${worker.origin}/`);
  await question(seen.page).waitFor();
  return seen;
}

/** The consent page and Sentry's, wherever they have opened. */
export async function approve(page: Page, { sentry }: Site): Promise<void> {
  await page.getByRole("heading", { name: "Sentry MCP demo chat" }).waitFor();
  for (const box of await page.getByRole("checkbox").all()) await box.check();
  await page.getByRole("button", { name: "Approve" }).click();
  await page.waitForURL(`${sentry.url}/**`);
  await page.getByRole("button", { name: "Approve" }).click();
}

/** Presses what opens the window, and answers in it until it has closed. */
export async function signInBy(press: () => Promise<unknown>, seen: Watched, site: Site): Promise<void> {
  const opened = seen.page.waitForEvent("popup");
  await press();
  const popup = await opened;
  const closed = popup.waitForEvent("close");
  await approve(popup, site);
  await closed;
  await signedIn(seen.page).waitFor();
}

export const signIn = (seen: Watched, site: Site): Promise<void> =>
  signInBy(() => seen.page.getByRole("button", { name: "Sign in with Sentry" }).click(), seen, site);

export const signedIn = (page: Page) => page.getByRole("button", { name: "Sign out" });
