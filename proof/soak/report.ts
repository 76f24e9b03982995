// A soak's verdict as Markdown.
import { markdown } from "../lib/markdown.ts";
import { type Verdict, mib } from "./judge.ts";

export function report({ soak, samples, findings, rows }: Verdict): { text: string; failed: number } {
  const done = [...soak.done].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, { good, explained }]) => [name, good, explained]);
  const { outages } = soak.site;
  const down = outages.map(({ from, until }) => until - from).sort((a, b) => a - b);
  const memory = samples.filter((_, index) => index % Math.ceil(samples.length / 8) === 0 || index === samples.length - 1);
  const text = [
    markdown(["done", "good", "cut off by a kill or by trouble at Sentry"], done),
    `${soak.opened} sign-ins, ${soak.ledger.sessions.size} sessions alive at the end, ${outages.length} kills (half of them over after ${down.at(down.length >> 1) ?? 0} ms), ${soak.trouble.periods.length} periods of trouble at Sentry; ${soak.lostInRenewal} sessions ended since a kill fell into the renewal of their Sentry token.`,
    "",
    `Rows: ${rows.grants} grants, ${rows.lines} lines, ${rows.once} things to be used once, ${rows.entries} entries of KV; at most ${rows.mostAccesses} access tokens in a grant.`,
    "",
    markdown(["after s", "wasm MiB", "workerd MiB"], memory.map(({ at, wasm, resident }) => [at.toFixed(0), mib(wasm), mib(resident)])),
    markdown(["judged", "found"], findings.map(({ what, found }) => [what, found.length])),
    ...findings.flatMap(({ what, found }) => [...new Set(found)].slice(0, 5).map((each) => `* ${what}: ${each}`)),
    "",
  ].join("\n");
  return { text, failed: findings.reduce((sum, { found }) => sum + found.length, 0) };
}
