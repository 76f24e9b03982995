// Every test that docs/CONFORMANCE.md names exists, and none of them is switched off.
// With `--ran REPORT` (the last step of `make test`, scripts/test-report.mjs): each of them also ran, and passed.
//
// In the last column of a table that is headed "tests" a path in backquotes opens a file: `p/`, `u/`, `t/`, `w/`, `n/`, `c/`,
// `m/` and `k/` are short for its usual places. In a column headed "test" all are in the file that was named last before the table. What follows names tests in it, up to the next path: functions in backquotes, titles in quotes ("…" stands for
// what is left out). A path with no names after it stands for all tests of the file, of which there must be one.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { inFile } from "./test-report.mjs";

const root = dirname(import.meta.dirname);
const parameters = process.argv.slice(2);
const ranAt = parameters.indexOf("--ran");
const [, reportPath] = ranAt === -1 ? [] : parameters.splice(ranAt, 2);
const report = reportPath && JSON.parse(readFileSync(reportPath, "utf8"));
const page = parameters[0] ?? join(root, "docs/CONFORMANCE.md");

const places = {
  "p/": ["crates/oauth-provider/tests/features/", ".rs"],
  "u/": ["crates/oauth-provider/src/", ".rs"],
  "t/": ["crates/sentry-tools/tests/tools/", ".rs"],
  "w/": ["tests/workerd/", ".test.ts"],
  "n/": ["tests/native/", ".test.ts"],
  "c/": ["tests/chromium/", ".test.ts"],
  "m/": ["crates/mcp-test-client/", ".rs"],
  "k/": ["tests/client/", ".test.ts"],
};

const problems = [];
let rows = 0;
let names = 0;
let ran = 0;
let heading = "";
let named = "";
readFileSync(page, "utf8")
  .split("\n")
  .forEach((line, index) => {
    if (!line.startsWith("|")) {
      heading = "";
      named = [...line.matchAll(/`([putwncmk]\/[^`]+)`/g)].at(-1)?.[1] ?? named;
      return;
    }
    const cell = line.split("|").at(-2).trim();
    if (heading === "") heading = cell;
    else if (["test", "tests"].includes(heading) && !/^[:-]+$/.test(cell)) {
      rows++;
      const first = heading === "test" ? `\`${named}\` ` : "";
      checkRow(first + cell, (problem) => problems.push(`docs/CONFORMANCE.md:${index + 1}: ${problem}`));
    }
  });

if (rows === 0) problems.push("docs/CONFORMANCE.md has no rows");
for (const problem of problems) console.error(problem);
console.log(`${rows} rules, ${names} tests named${report ? `, ${ran} runs of them seen` : ""}, ${problems.length} problems`);
process.exitCode = problems.length > 0 ? 1 : 0;

function checkRow(cell, report) {
  let file;
  let named = 0;
  let files = 0;
  const finish = () => {
    if (file && named === 0) {
      if (tests(file).length === 0) report(`${file} has no test`);
      else hasRun(file, "all of its tests", () => true, report);
    }
    named = 0;
  };
  for (const [, path, quoted, title] of cell.matchAll(/`([^`]+)`|("([^"]+)")/g)) {
    if (quoted) {
      if (!file) report(`${quoted} stands before any file`);
      else if (!tests(file).some((test) => matches(test, title))) report(`${file} has no test ${quoted}`);
      else hasRun(file, quoted, ({ titles }) => titles.some((text) => matches(text, placeholders(title))), report);
      named++;
      names++;
    } else if (isPath(path)) {
      finish();
      file = resolve(path, file);
      files++;
      if (!existsSync(join(root, file))) {
        report(`there is no ${file}`);
        file = undefined;
      }
    } else {
      if (!file) report(`\`${path}\` stands before any file`);
      else if (!tests(file).some((test) => matches(test, path, true))) report(`${file} has no test ${path}`);
      else hasRun(file, path, ({ titles }) => matches(titles.at(-1), path, true), report);
      named++;
      names++;
    }
  }
  finish();
  if (files === 0) report("a rule without a test");
}

/** Where there is a report: at least one of these tests ran, and none of them failed or was left out. */
function hasRun(file, name, isMeant, problem) {
  if (!report) return;
  const meant = inFile(report, file, packageName).filter(isMeant);
  const bad = meant.filter(({ passed }) => !passed);
  ran += meant.length;
  if (meant.length === 0) problem(`${file}: ${name} did not run`);
  if (bad.length > 0) problem(`${file}: ${name} did not pass: ${bad.map(({ titles }) => titles.join(" > ")).join(", ")}`);
}

/** What a row of a table fills in may be anything. */
function placeholders(title) {
  return title.replace(/%[sdifjoOpc#$]|\$[\w.]+/g, "…");
}

/** Of the crate in a folder ("" is the root). */
function packageName(folder) {
  return readFileSync(join(root, folder, "Cargo.toml"), "utf8").match(/^name = "([^"]+)"/m)[1];
}

function isPath(text) {
  return text.includes("/") || /\.(rs|ts|mjs)$/.test(text);
}

function resolve(path, before) {
  const place = places[path.slice(0, 2)];
  if (place) {
    const [folder, suffix] = place;
    const name = path.slice(2);
    return folder + (/\.(rs|ts)$/.test(name) ? name : name + suffix);
  }
  return path.includes("/") || !before ? path : join(dirname(before), path);
}

/** "…" stands for anything. A function's name is the whole of it, a title may be a part. */
function matches(test, name, whole = false) {
  const pattern = name.split("…").map((part) => part.trim().replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join(".*");
  return new RegExp(whole ? `^${pattern}$` : pattern, "s").test(test);
}

/** The names of the tests in a file, without those that are switched off. */
function tests(file) {
  const known = (tests.known ??= new Map());
  if (!known.has(file)) {
    const text = readFileSync(join(root, file), "utf8");
    known.set(file, file.endsWith(".rs") ? rustTests(text) : titles(text));
  }
  return known.get(file);
}

/** Functions under #[test] or #[tokio::test], and those that proptest! makes into tests. */
function rustTests(text) {
  const found = [];
  for (const [, attributes, name] of text.matchAll(/((?:^[ \t]*#\[[^\n]*\]\n)+)[ \t]*(?:pub )?(?:async )?fn (\w+)/gm)) {
    if (/#\[(\w+::)?test\b/.test(attributes) && !/#\[ignore/.test(attributes)) found.push(name);
  }
  return found;
}

/** Of `it("…")`, `describe("…")` and, after the table, `it.each(…)("…")`. */
function titles(text) {
  const found = [];
  const string = /"((?:[^"\\\n]|\\.)*)"|`([^`]*)`/y;
  for (const call of text.matchAll(/(?<![\w.])(?:it|test|describe)((?:\.\w+)*)(?=[(<])/g)) {
    const [whole, switches] = call;
    if (/\.(skip|todo|fails|only)/.test(switches)) continue;
    let at = call.index + whole.length + 1;
    if (switches.includes(".each")) {
      const opened = /\)\(\s*/g;
      opened.lastIndex = at;
      const title = opened.exec(text);
      if (!title) continue;
      at = title.index + title[0].length;
    }
    string.lastIndex = at + (/^\s*/.exec(text.slice(at))?.[0].length ?? 0);
    const title = string.exec(text);
    if (title) found.push((title[1] ?? title[2]).replace(/\\"/g, '"'));
  }
  // Where a table's first column is the whole title, any string of the file may be one.
  if (found.includes("%s")) found.push(...[...text.matchAll(/"((?:[^"\\\n]|\\.)*)"/g)].map(([, text]) => text));
  return found;
}
