// Writes docs/CONFORMANCE.md: its template, with a table of rules in each place `<!-- rules: SECTION -->`.
//
// node scripts/rules.mjs [--check] [--in FOLDER]
//
// A rule stands in a comment right above a test that fails without it; attributes and other comments may be in between:
//
//     // rule: clients/url-form: form of a Client ID URL [CIMD §3]
//     #[test]
//     fn forms() {
//
// That is its id (a section, and a name in it), its words, and its source if it has one. What is too long for a line goes on
// in lines that are indented by three spaces or more. The rule's other tests have the id alone, `// rule: clients/url-form`.
// Where all tests of a file show it, `// file rule: …` stands at the head of the file, above all code. A `describe`, a row of
// a table that is a test of its own, and a step of scripts/test.mjs may have rules too.
//
// Refused are an id that is described nowhere or twice, a section that the template lacks or that has no rule, and a comment
// above no test or above one that is switched off. With --check nothing is written, and a document that is out of date is
// refused as well.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { shortFile, shortName, testsOf } from "./named-tests.mjs";

const parameters = process.argv.slice(2);
const inAt = parameters.indexOf("--in");
process.chdir(inAt === -1 ? dirname(import.meta.dirname) : parameters[inAt + 1]);

const DOCUMENT = "docs/CONFORMANCE.md";
const TEMPLATE = "docs/CONFORMANCE.template.md";
/** Whatever may be meant as one, so that none is passed over for the way it is written. */
const LIKE_A_RULE = /^\s*(\/\/ ?(file )?rules?:|\/\/[/!] ?(file )?rules?: ?[\w-]+\/[\w-]+)/i;
const MARK = /^<!-- rules: (\S+) -->$/gm;

const problems = [];
/** By id: where it is `used` first, `{ words, source, file, line }` where it is described, and its `tests`. */
const rules = new Map();
for (const file of sources(".").sort()) readFile(file);

const template = readFileSync(TEMPLATE, "utf8");
const sections = [...template.matchAll(MARK)].map(([, section]) => section);
for (const [id, { used, described }] of rules) {
  if (!described) problems.push(`${used}: '${id}' is described at no test`);
  if (!sections.includes(sectionOf(id))) problems.push(`${used}: ${TEMPLATE} has no section '${sectionOf(id)}'`);
}
for (const section of sections) if (rulesOf(section).length === 0) problems.push(`${TEMPLATE}: '${section}' has no rule`);

if (problems.length === 0) {
  const document = template.replace(MARK, (_, section) => table(rulesOf(section)));
  const isUpToDate = existsSync(DOCUMENT) && readFileSync(DOCUMENT, "utf8") === document;
  if (!parameters.includes("--check")) writeFileSync(DOCUMENT, document);
  else if (!isUpToDate) problems.push(`${DOCUMENT} is out of date. Run: node scripts/rules.mjs`);
}
for (const problem of problems) console.error(`rules: ${problem}`);
const places = [...rules.values()].reduce((sum, { tests }) => sum + tests.length, 0);
console.log(`rules: ${rules.size} rules stand at ${places} tests and files, ${problems.length} problems`);
process.exitCode = problems.length > 0 ? 1 : 0;

function sources(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return /^(\.|target|node_modules)/.test(entry.name) ? [] : sources(path);
    return /\.(rs|ts|mjs)$/.test(entry.name) ? [path] : [];
  });
}

function readFile(file) {
  const text = readFileSync(file, "utf8");
  const lines = text.split("\n");
  let tests;
  lines.forEach((line, index) => {
    if (!LIKE_A_RULE.test(line)) return;
    tests ??= testsOf(file, text);
    const problem = (text) => problems.push(`${file}:${index + 1}: ${text}`);
    const { comment, end } = wholeComment(lines, index);
    const [, of, id, words, source] = comment.match(/^\/\/ (file )?rule: ([a-z0-9-]+\/[a-z0-9-]+)(?:: (.+?)(?: \[([^\]]+)\])?)?$/) ?? [];
    if (!id) return problem("a rule is written '// rule: section/name' or '// rule: section/name: words [source]'");
    const rule = rules.get(id) ?? { used: `${file}:${index + 1}`, tests: [] };
    rules.set(id, rule);
    if (words && rule.described) problem(`'${id}' is described in ${rule.described.file}:${rule.described.line + 1} already`);
    else if (words) rule.described = { words, source, file, line: index };
    const test = of ? wholeFile(lines.slice(0, index), tests, problem) : testBelow(lines, end, tests, problem);
    if (test) rule.tests.push({ file, name: test.name && shortName(file, test.name, tests.map(({ name }) => name)) });
  });
}

/** With the lines in which it goes on, and the line after those. */
function wholeComment(lines, begin) {
  const more = lines.slice(begin + 1).findIndex((line) => !/^\s*\/\/ {3,}\S/.test(line));
  const end = begin + 1 + more;
  const comment = lines.slice(begin, end).map((line) => line.trim().replace(/^\/\/ {3,}/, ""));
  return { comment: comment.join(" "), end };
}

function wholeFile(above, tests, problem) {
  if (tests.length === 0) return problem("the file has no test");
  if (above.some((line) => !/^\s*(\/\/|#!|$)/.test(line))) return problem("a rule of the whole file stands above all code");
  return { name: undefined };
}

function testBelow(lines, from, tests, problem) {
  const line = lines.findIndex((text, index) => index >= from && !/^\s*(\/\/|#\[)/.test(text));
  return tests.find((test) => test.line === line) ?? problem("stands above no test, or above one that is switched off");
}

function sectionOf(id) {
  return id.split("/")[0];
}

/** By their sources, then those that have none; by place where that is the same. */
function rulesOf(section) {
  const { compare } = new Intl.Collator("en", { numeric: true });
  return [...rules]
    .filter(([id, { described }]) => described && sectionOf(id) === section)
    .map(([, { described, tests }]) => ({ ...described, tests }))
    .sort((a, b) => !a.source - !b.source || compare(a.source ?? "", b.source ?? "") || compare(a.file, b.file) || a.line - b.line);
}

function table(rules) {
  const columns = rules.some(({ source }) => source) ? ["rule", "source", "tests"] : ["rule", "tests"];
  const rows = rules.map(({ words, source = "", tests }) => {
    const cells = { rule: words, source, tests: testsCell(tests) };
    return columns.map((column) => cells[column]);
  });
  return [columns, columns.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function testsCell(tests) {
  const files = [...new Set(tests.map(({ file }) => file))];
  return files
    .map((file) => {
      const names = tests.filter((test) => test.file === file && test.name).map(({ name }) => name);
      return [shortFile(file), [...new Set(names)].join(", ")].join(" ").trim();
    })
    .join("; ");
}
