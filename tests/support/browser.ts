// A headless Chromium for the tests that need a person's browser.
import { chromium } from "playwright-core";
import type { Browser } from "playwright-core";
import { findChromium } from "../../scripts/chromium.mjs";

export async function startBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error("no Chromium: run `make setup`, or set CHROMIUM_BIN");
  return chromium.launch({
    executablePath,
    headless: true,
    // No sandbox: CI runs as root. No background traffic: it would slow down a machine without internet.
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
