// Checks that every test named in docs/CONFORMANCE.md and docs/SECURITY-MODEL.md exists and is not disabled. With
// `--ran REPORT` (the last step of `make test`, scripts/test-report.mjs) it also checks that each of them ran and
// passed.
//
// Tests stand in the last column of a table that is headed "tests", in the notation of scripts/named-tests.mjs. In one
// headed "shown by" (a limit, which is no promise) there may be "–" instead. CONFORMANCE.md is written by
// scripts/rules.mjs, SECURITY-MODEL.md by hand.
//
// SECURITY-MODEL.md may contain no claim without a test: outside of its free sections there are only headings, tables
// of such rows, and directly below a heading one short quotation ("> …") that describes the attack.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { matches, namedIn, testsIn, withoutPlaceholders } from "./named-tests.mjs";
import { inFile } from "./test-report.mjs";

const root = dirname(import.meta.dirname);

const pages = [
  { path: "SECURITY.md" },
  { path: "docs/CONFORMANCE.md" },
  { path: "docs/SECURITY-MODEL.md", claims: { free: ["What is worth attacking", "Who is trusted", "How to read this page"], limits: "Known limits" } },
];
/** What may head the last column, and whether its rows may do without a test. */
const HEADS = { tests: "must", "shown by": "may" };
/** A quotation that tells an attack is no place for more. */
const LONGEST_ATTACK = 400;

const parameters = process.argv.slice(2);
const ranAt = parameters.indexOf("--ran");
const [, reportPath] = ranAt === -1 ? [] : parameters.splice(ranAt, 2);
const report = reportPath && JSON.parse(readFileSync(reportPath, "utf8"));
const wanted = parameters.length > 0 ? pages.filter(({ path }) => parameters.includes(path)) : pages;
const problems = [];
const totals = { rows: 0, names: 0, ran: 0 };
if (wanted.length < Math.max(parameters.length, 1)) problems.push(`the pages are ${pages.map(({ path }) => path).join(" and ")}`);
for (const page of wanted) {
  const lines = readFileSync(join(root, page.path), "utf8").split("\n");
  const problem = (index) => (text) => problems.push(`${page.path}:${index + 1}: ${text}`);
  const before = totals.rows;
  checkRows(lines, problem);
  if (page.claims) checkClaims(lines, page.claims, problem);
  if (totals.rows === before) problems.push(`${page.path} has no rows`);
}
for (const problem of problems) console.error(problem);
console.log(`${totals.rows} rules and claims, ${totals.names} tests named${report ? `, ${totals.ran} runs of them seen` : ""}, ${problems.length} problems`);
process.exitCode = problems.length > 0 ? 1 : 0;

/** Every row of every table whose last column names tests. */
function checkRows(lines, problem) {
  let heading = "";
  lines.forEach((line, index) => {
    if (!line.startsWith("|")) {
      heading = "";
      return;
    }
    const cell = cells(line).at(-1);
    if (heading === "") heading = cell;
    else if (heading in HEADS && !/^[:-]+$/.test(cell)) {
      totals.rows++;
      if (HEADS[heading] === "may" && cell === "–") return;
      checkRow(cell, problem(index));
    }
  });
}

function checkRow(cell, problem) {
  const files = namedIn(cell, problem);
  if (files.length === 0) problem("a rule without a test");
  for (const { file, names } of files) {
    const tests = testsIn(file);
    if (names.length === 0) {
      if (tests.length === 0) problem(`${file} has no test`);
      else hasRun(file, "all of its tests", () => true, problem);
    }
    for (const name of names) {
      totals.names++;
      const { text, whole } = name;
      if (!tests.some((test) => matches(test, name))) {
        problem(`${file} has no test ${whole ? text : `"${text}"`}`);
        continue;
      }
      const meant = { text: withoutPlaceholders(text), whole };
      hasRun(file, text, ({ titles }) => (whole ? titles.slice(-1) : titles).some((title) => matches(title, meant)), problem);
    }
  }
}

/** If there is a report: at least one of these tests ran, and none failed or was skipped. */
function hasRun(file, name, isMeant, problem) {
  if (!report) return;
  const meant = inFile(report, file, packageName).filter(isMeant);
  const bad = meant.filter(({ passed }) => !passed);
  totals.ran += meant.length;
  if (meant.length === 0) problem(`${file}: ${name} did not run`);
  if (bad.length > 0) problem(`${file}: ${name} did not pass: ${bad.map(({ titles }) => titles.join(" > ")).join(", ")}`);
}

/** Allows only headings, claims with their tests, and descriptions of attacks outside of the free sections. */
function checkClaims(lines, { free, limits }, problem) {
  const sections = [...lines.keys()].filter((index) => /^#{2,3} /.test(lines[index]));
  const begin = lines.findIndex((line) => line.startsWith("## "));
  let main = "";
  sections.forEach((from, nth) => {
    const isMain = lines[from].startsWith("## ");
    if (isMain) main = lines[from].slice(3);
    if (free.includes(main)) return;
    const until = sections[nth + 1] ?? lines.length;
    const holdsOthers = isMain && lines[until]?.startsWith("### ");
    const head = main === limits ? "| limit | shown by |" : "| claim | tests |";
    checkSection(lines, { from, until, holdsOthers, head }, problem);
  });
  for (const title of free) if (!lines.includes(`## ${title}`)) problem(0)(`there is no section '${title}'`);
  if (begin === -1) problem(0)("there are no sections");
}

function checkSection(lines, { from, until, holdsOthers, head }, problem) {
  let attack = "";
  let rows = 0;
  for (let index = from + 1; index < until; index++) {
    const line = lines[index];
    const isFirst = lines.slice(from + 1, index).every((before) => before === "" || before.startsWith("> "));
    if (line.startsWith("> ") && isFirst) attack += line.slice(2);
    else if (line.startsWith("|")) rows += isRow(lines, index, head, problem(index)) ? 1 : 0;
    else if (line !== "") problem(index)("a sentence without a test: put it into a table, or leave it out");
  }
  if (attack.length > LONGEST_ATTACK) problem(from)(`an attack is told in ${LONGEST_ATTACK} characters`);
  if (rows === 0 && !holdsOthers) problem(from)("a section without a claim");
}

/** Whether a line is a claim, and not the head of a table. */
function isRow(lines, index, head, problem) {
  if (!lines[index - 1].startsWith("|")) {
    if (lines[index] !== head) problem(`a table of this section begins with ${head}`);
    return false;
  }
  const row = cells(lines[index]);
  if (row.every((cell) => /^[:-]+$/.test(cell))) return false;
  if (row[0] === "" || row.length !== 2) problem("a row that is not a claim and its tests");
  // A claim is one sentence, so that a row's tests cover all of it. A limit is not a promise, and may explain itself.
  if (head.startsWith("| claim") && /[.!?] \p{Lu}/u.test(row[0])) problem("one claim is one sentence");
  return true;
}

function cells(line) {
  return line.split("|").slice(1, -1).map((cell) => cell.trim());
}

/**
 * The name of the package in a folder ("" is the root), or of its library if that differs, since test binaries are
 * named after it.
 */
function packageName(folder) {
  const manifest = readFileSync(join(root, folder, "Cargo.toml"), "utf8");
  return (manifest.match(/^\[lib\]\nname = "([^"]+)"/m) ?? manifest.match(/^name = "([^"]+)"/m))[1];
}
