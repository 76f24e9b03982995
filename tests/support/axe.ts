// axe-core in a page: what it finds wrong for people who use a screen reader, the keyboard or little contrast.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The rules whose outcome the theme decides: for a page that was looked at whole in the other one. */
export const OF_COLOURS = ["color-contrast", "link-in-text-block"];

/**
 * Each violation in a line: the rule, and where. Evaluated from outside, so that the page's policy stays as it is.
 * `rules`: these alone.
 */
export async function violations(page: Page, rules?: string[]): Promise<string[]> {
  await page.evaluate(`window.axe || (() => { ${source} })()`);
  return page.evaluate(async (runOnly) => {
    interface Found {
      id: string;
      nodes: { html: string; failureSummary?: string }[];
    }
    const { axe } = window as unknown as { axe: { run(options: { runOnly?: string[] }): Promise<{ violations: Found[] }> } };
    const { violations } = await axe.run(runOnly ? { runOnly } : {});
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary ?? ""}`));
  }, rules);
}
