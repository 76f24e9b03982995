// Writes the tables of docs/SCALE.md: operations that were counted (proof/scale/operations.json, which
// tests/workerd/operations.test.ts holds) times list prices, and what `make scale` measured (proof/scale/measured.json).
// --check fails where the page says something else.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { assumptions, month, PRICES, million, parts } from "../proof/scale/prices.mjs";

const root = dirname(import.meta.dirname);
const page = join(root, "docs/SCALE.md");
const read = (name) => JSON.parse(readFileSync(join(root, "proof/scale", name), "utf8"));
const operations = read("operations.json");
const { at, measured } = read("measured.json");

const tables = {
  prices: table(["what", "list price", "included each month", "source"], PRICES.map(({ what, price, of, included, source }) => [what, `$${price} per ${of}`, included, source])),
  requests: table(
    ["a million of", ...parts, "all", "of it, the log"],
    Object.entries(operations).map(([name, counted]) => {
      const cost = million(counted, name);
      const all = parts.reduce((sum, part) => sum + cost[part], 0);
      return [name, ...parts.map((part) => dollars(cost[part])), `**${dollars(all)}**`, `${Math.round((100 * cost.log) / all)} %`];
    }),
  ),
  month: table(["each month", "how many", "cost before what is included"], month(operations).rows.map(({ what, count, cost }) => [what, grouped(count), dollars(cost)])),
  bill: table(["part", "used", "included", "to pay"], month(operations).bill.map(({ what, used, included, cost }) => [what, grouped(used), grouped(included), dollars(cost)])),
  assumptions: table(["assumed", "value"], assumptions.map(({ what, text }) => [what, text])),
  measured: table(
    ["request", "grants", "CPU µs", "median ms", "p99 ms", "KV operations", "object calls", "rows read", "rows written"],
    Object.keys(measured[0].costs).flatMap((name) =>
      measured.map(({ grants, costs }) => {
        const { microseconds, median, p99, operations: { kvReads, kvWrites, objectRequests, rowsRead, rowsWritten } } = costs[name];
        return [name, grouped(grants), microseconds.toFixed(0), median.toFixed(1), p99.toFixed(1), ...[kvReads + kvWrites, objectRequests, rowsRead, rowsWritten].map((count) => count.toFixed(1))];
      }),
    ),
  ),
  generated: [`Measured on ${at}. In storage there were:`, "", ...measured.map(({ made }) => `* ${made.replace(/\d+/g, (digits) => grouped(Number(digits)))}`), ""].join("\n"),
};

const before = readFileSync(page, "utf8");
const seen = new Set();
const after = before.replace(/<!-- (\w+) -->\n[^]*?<!-- end -->/g, (whole, name) => {
  if (!(name in tables)) return whole;
  seen.add(name);
  return `<!-- ${name} -->\n\n${tables[name]}\n<!-- end -->`;
});
const missing = Object.keys(tables).filter((name) => !seen.has(name));
if (missing.length > 0) {
  console.error(`docs/SCALE.md has no place for: ${missing.join(", ")}`);
  process.exitCode = 1;
} else if (process.argv.includes("--check")) {
  if (after !== before) console.error("docs/SCALE.md is out of date. Run: node scripts/scale-page.mjs");
  process.exitCode = after === before ? 0 : 1;
} else {
  writeFileSync(page, after);
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line), ""].join("\n");
}

function dollars(amount) {
  return `$${amount.toFixed(2)}`;
}

function grouped(number) {
  return Math.round(number).toLocaleString("en-US");
}
