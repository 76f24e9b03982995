// Holds what the doctor says of a server against what is true of it.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { release } from "./install.mjs";
import { truth } from "./truth.mjs";

const page = join(import.meta.dirname, "..", "..", "docs", "DOCTOR.md");
const BEGIN = "<!-- servers: made by make conformance -->\n";
const END = "<!-- servers: end -->";
const WANTED = { failure: 0.97, warning: 0.95 };

/** The findings that are true, those that are not, and what is true and was not found. */
export function compare({ key }, written) {
  const { findings } = JSON.parse(written);
  const said = findings.filter(({ severity }) => severity in WANTED);
  const facts = truth[key];
  const fits = ({ check, severity, found }) => facts.some(([name, is, part]) => name === check && is === severity && found.includes(part));
  const shown = ({ severity, check, found }) => `${severity} ${check}: ${found}`;
  return {
    said,
    right: said.filter(fits),
    untrue: said.filter((one) => !fits(one)).map(shown),
    missed: facts.filter(([name, is]) => !said.some(({ check, severity }) => check === name && severity === is)).map(([name, is, , why]) => `${is} ${name}: ${why}`),
  };
}

/** Of failures and of warnings: how many were said, and how many of them are true. */
export function shares(rows) {
  return Object.entries(WANTED).map(([severity, wanted]) => {
    const of = (list) => rows.flatMap(({ found }) => found[list]).filter((one) => one.severity === severity).length;
    return { severity, wanted, all: of("said"), right: of("right") };
  });
}

/** The servers with their releases, and what is true of them, as Markdown. */
export function table(rows) {
  const lines = ["| server | release | failures | warnings |", "|---|---|---|---|"];
  for (const { server, found } of rows) {
    const of = (severity) => found.right.filter((one) => one.severity === severity).map(({ check }) => `\`${check}\``);
    const [failures, warnings] = ["failure", "warning"].map((severity) => of(severity).join(", ") || "none");
    lines.push(`| ${server.name} | \`${server.package}\` ${release(server)} | ${failures} | ${warnings} |`);
  }
  return lines.join("\n");
}

/** Whether the page has this table, which UPDATE=1 writes. */
export function documented(text) {
  const whole = readFileSync(page, "utf8");
  const [before, rest] = whole.split(BEGIN);
  const [old, after] = (rest ?? "").split(END);
  if (process.env.UPDATE) {
    writeFileSync(page, `${before}${BEGIN}\n${text}\n\n${END}${after}`);
    return true;
  }
  return old?.trim() === text;
}
