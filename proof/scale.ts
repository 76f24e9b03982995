// make scale: whether what a request costs depends on how many grants there are. See docs/SCALE.md.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { markdown } from "./lib/markdown.ts";
import { type Measured, measure, prepare } from "./scale/measure.ts";

const sizes = process.argv.slice(2).map(Number);
if (sizes.length === 0) sizes.push(100, 10_000, 1_000_000);
if (sizes.some((size) => !Number.isInteger(size) || size < 1)) throw new Error(`GRANTS is a list of whole numbers, not '${process.argv.slice(2)}'`);
/** What a row may cost over the cheapest: the rest is the machine. */
const CONSTANT = 1.5;

const say = (line: string) => console.log(`scale: ${line}`);
const prepared: Awaited<ReturnType<typeof prepare>>[] = [];
try {
  for (const size of sizes) {
    const started = Date.now();
    const one = await prepare(size);
    prepared.push(one);
    say(`${one.made}, in ${((Date.now() - started) / 1000).toFixed(0)} s`);
  }
  const measured = await measure(prepared, say);
  console.log(`\n${table(measured)}`);
  if (process.env.UPDATE) writeFileSync(join(import.meta.dirname, "scale/measured.json"), `${JSON.stringify({ at: new Date().toISOString().slice(0, 10), measured }, null, 2)}\n`);
  const growing = Object.keys(measured[0]!.costs).filter((name) => {
    const costs = measured.map(({ costs }) => costs[name]!);
    const rows = costs.map(({ operations }) => (operations.rowsRead ?? 0) + (operations.rowsWritten ?? 0));
    return Math.max(...costs.map(({ microseconds }) => microseconds)) > CONSTANT * Math.min(...costs.map(({ microseconds }) => microseconds)) || Math.max(...rows) > CONSTANT * Math.max(1, Math.min(...rows));
  });
  say(growing.length === 0 ? "what a request costs is constant" : `grows with the number of grants: ${growing.join(", ")}`);
  process.exitCode = growing.length === 0 ? 0 : 1;
} finally {
  for (const { site } of prepared) await site[Symbol.asyncDispose]();
}

function table(measured: Measured[]): string {
  const rows = Object.keys(measured[0]!.costs).flatMap((name) =>
    measured.map(({ grants, costs }) => {
      const { microseconds, median, p99, operations } = costs[name]!;
      const count = (...names: (keyof typeof operations)[]) => names.reduce((sum, each) => sum + (operations[each] ?? 0), 0).toFixed(1);
      return [name, grants, microseconds.toFixed(0), median.toFixed(1), p99.toFixed(1), count("kvReads", "kvWrites"), count("objectRequests"), count("rowsRead"), count("rowsWritten")];
    }),
  );
  return markdown(["request", "grants", "CPU µs", "median ms", "p99 ms", "KV", "object calls", "rows read", "rows written"], rows);
}
