// Records the chat as an animation: a question, the tools, the answer, and a change that a person approves.
import { approve, signedIn } from "../tests/support/chat-page.ts";
import { conversation, question, settled } from "../tests/support/made-up.ts";
import { animated } from "./animation.mjs";

/** Milliseconds between two frames. */
const EVERY = 160;

export async function record(browser, site) {
  const context = await browser.newContext({ viewport: { width: 760, height: 700 }, reducedMotion: "reduce" });
  const page = await context.newPage();
  await page.goto(`${site.worker.origin}/`);
  const opened = page.waitForEvent("popup");
  await page.getByRole("button", { name: "Sign in with Sentry" }).click();
  await approve(await opened, site);
  await signedIn(page).waitFor();

  const frames = [];
  const clip = await page.locator(".chat").evaluate((chat) => {
    chat.scrollIntoView();
    const { x, y, width, height } = chat.getBoundingClientRect();
    return { x: Math.floor(x), y: Math.floor(y), width: Math.ceil(width), height: Math.ceil(height) };
  });
  const take = async (ms = EVERY) => frames.push({ png: await page.screenshot({ clip }), ms });
  const type = async (text) => {
    for (let end = 2; end < text.length + 2; end += 2) {
      await question(page).fill(text.slice(0, end));
      await take(90);
    }
    await take(500);
    await question(page).press("Enter");
  };
  const until = async (done) => {
    let over = false;
    const watched = done.then(() => (over = true));
    while (!over) {
      await take();
      await page.waitForTimeout(EVERY);
    }
    await watched;
  };

  await take(900);
  // Simulates the distance to a real Sentry.
  await site.sentry.fault({ path: "/api/0/", kind: "latency_ms", ms: 400, times: 50 });
  await type("What broke today?");
  await until(conversation(page).getByText("The latest trouble is").waitFor().then(() => settled(page)));
  await take(2200);
  await page.locator("details.tool summary").nth(1).click();
  await take(2200);
  await page.locator("details.tool summary").nth(1).click();
  await type("Resolve it");
  await until(page.getByRole("button", { name: "Approve" }).waitFor().then(() => settled(page)));
  await take(2200);
  await page.getByRole("button", { name: "Approve" }).focus();
  await take(500);
  await page.keyboard.press("Enter");
  await until(conversation(page).getByText("is resolved.").waitFor().then(() => settled(page)));
  await take(3500);
  await site.sentry.noFaults();
  await context.close();
  return animated(frames);
}
