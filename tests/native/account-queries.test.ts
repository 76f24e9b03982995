// The statements of a person's list, as SQLite would run them: what a page costs does not grow with the list.
import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";

const source = readFileSync("src/objects/accounts/lines.rs", "utf8").replace(/\\\n\s*/g, "");
const texts = [...source.matchAll(/"((?:CREATE|SELECT|DELETE|UPDATE|INSERT)[^"]*)"/g)].map(([, text]) => text!);
const plans = ["<", ">"].flatMap((than) =>
  ["ASC", "DESC"].flatMap((order) =>
    texts.filter((text) => !text.startsWith("CREATE")).map((text) => text.replaceAll("{than}", than).replaceAll("{order}", order)),
  ),
);

// rule: apps/page-costs-what-it-shows: what the page of connected apps reads does not grow with the list
it("no statement reads the whole list", () => {
  const database = new DatabaseSync(":memory:");
  for (const text of texts.filter((text) => text.startsWith("CREATE"))) database.exec(text);
  expect(plans.length).toBeGreaterThan(30);
  for (const statement of plans.filter((text) => !text.includes("sqlite_master"))) {
    const steps = database.prepare(`EXPLAIN QUERY PLAN ${statement}`).all().map(({ detail }) => String(detail));
    // Of the ends that are remembered for an hour there are few; whether there is any line reads one row.
    const whole = steps.filter((step) => /^SCAN lines/.test(step) && !/SELECT 1 AS json FROM lines LIMIT 1/.test(statement));
    expect(whole, statement).toEqual([]);
    expect(steps.filter((step) => /TEMP B-TREE FOR ORDER BY/.test(step) && !/WHERE client/.test(statement)), statement).toEqual([]);
  }
});

it("lines beside a part are counted up to a number", () => {
  const counts = plans.filter((text) => text.includes("count(*)"));
  expect(counts.length).toBeGreaterThan(0);
  for (const count of counts) expect(count.match(/LIMIT \?/g)).toHaveLength(count.match(/count\(\*\)/g)!.length);
});
