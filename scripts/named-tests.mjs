// Reads the names of tests in a document, and finds out whether a source file has them.
//
// A path in backquotes names a file: `p/`, `u/`, `t/`, `w/`, `n/`, `c/`, `g/`, `m/`, `d/` and `k/` are abbreviations of
// its usual folders, and a file name alone is in the same folder as the file before. What follows, up to the next path,
// are names of tests in it: functions in backquotes, titles in quotes ("…" stands for what is left out). A path without
// names stands for all tests of the file, of which there must be at least one. The steps of `make test` count as tests
// of `scripts/test.mjs`, by their titles.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const root = dirname(import.meta.dirname);

const places = {
  "p/": ["crates/oauth-provider/tests/features/", ".rs"],
  "u/": ["crates/oauth-provider/src/", ".rs"],
  "t/": ["crates/sentry-tools/tests/tools/", ".rs"],
  "w/": ["tests/workerd/", ".test.ts"],
  "n/": ["tests/native/", ".test.ts"],
  "c/": ["tests/chromium/", ".test.ts"],
  "g/": ["tests/page/", ".test.ts"],
  "m/": ["crates/mcp-test-client/", ".rs"],
  "d/": ["crates/mcp-doctor/", ".rs"],
  "k/": ["tests/client/", ".test.ts"],
};

/** Of a title in a row, in characters. */
const SHORTEST_CUT = 24;
const LONGEST_TITLE = 60;

/**
 * The files and tests that a text names: `[{ file, names }]`, where a name is `{ text, whole }`, and no names mean all
 * of the file's tests. `problem` is called for what cannot be read.
 */
export function namedIn(text, problem) {
  const found = [];
  for (const [, path, quoted, title] of text.matchAll(/`([^`]+)`|("([^"]+)")/g)) {
    const last = found.at(-1);
    if (path !== undefined && isPath(path)) {
      const file = resolve(path, last?.file);
      if (!existsSync(join(root, file))) problem(`there is no ${file}`);
      found.push({ file, names: [] });
    } else if (!last) {
      problem(`${quoted ?? `\`${path}\``} stands before any file`);
    } else {
      last.names.push(quoted === undefined ? { text: path, whole: true } : { text: title, whole: false });
    }
  }
  return found.filter(({ file }) => existsSync(join(root, file)));
}

/** A pattern for a name, where "…" matches anything. A function's name must match as a whole, a title in part. */
export function matches(test, { text, whole }) {
  const pattern = patternOf(text);
  return new RegExp(whole ? `^${pattern}$` : pattern, "s").test(test);
}

export function patternOf(text) {
  return text.split("…").map((part) => part.trim().replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join(".*");
}

/** A pattern for a title, in which the values from a table may be anything. */
export function withoutPlaceholders(title) {
  return title.replace(/%[sdifjoOpc#$]|\$[\w.]+/g, "…");
}

/** The names of the tests in a file, without disabled ones. */
export function testsIn(file) {
  const known = (testsIn.known ??= new Map());
  if (!known.has(file)) known.set(file, testsOf(file, readFileSync(join(root, file), "utf8")).map(({ name }) => name));
  return known.get(file);
}

/** The same of a file's text, each with the line (from 0) on which its function or its call begins. */
export function testsOf(file, text) {
  const found = file === "scripts/test.mjs" ? steps(text) : file.endsWith(".rs") ? rustTests(text) : titles(text);
  return found.map(({ name, at }) => ({ name, line: text.slice(0, at).split("\n").length - 1 }));
}

/** How a row calls a file, or a test in it: what `namedIn` reads. */
export function shortFile(file) {
  const [short, [folder, suffix]] = Object.entries(places).find(([, [folder, suffix]]) => file.startsWith(folder) && file.endsWith(suffix)) ?? ["", ["", ""]];
  return `\`${short}${file.slice(folder.length, file.length - suffix.length)}\``;
}

/** The same of a test; a long title is cut where what is left tells it from the file's others. */
export function shortName(file, name, tests) {
  if (file.endsWith(".rs")) return `\`${name}\``;
  const meant = (text) => tests.filter((test) => matches(test, { text, whole: false })).length;
  // What would end the title or the cell is left out, and what the test itself fills in.
  const title = name.replace(/["|]|\$\{[^}]*\}/g, "…");
  if (title.length <= LONGEST_TITLE) return `"${title}"`;
  const cuts = [...title.matchAll(/[,;:](?= )|(?= )/g)].filter(({ index }) => index >= SHORTEST_CUT && index <= LONGEST_TITLE).reverse();
  const texts = cuts.sort((a, b) => b[0].length - a[0].length).map(({ index, 0: mark }) => `${title.slice(0, index)}${mark} …`);
  return `"${texts.find((text) => meant(text) === meant(title)) ?? title}"`;
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

/** Functions under #[test] or #[tokio::test], and those that proptest! turns into tests. */
function rustTests(text) {
  const found = [];
  for (const { index, 1: attributes, 2: name } of text.matchAll(/((?:^[ \t]*#\[[^\n]*\]\n)+)[ \t]*(?:pub )?(?:async )?fn (\w+)/gm)) {
    const at = index + attributes.length;
    if (/#\[(\w+::)?test\b/.test(attributes) && !/#\[ignore/.test(attributes)) found.push({ name, at });
  }
  return found;
}

/** The titles of the steps of `make test`. */
function steps(text) {
  return [...text.matchAll(/\{[^{}]*?\btitle: "([^"]+)"/g)].map(({ index, 1: name }) => ({ name, at: index }));
}

/** Titles of `it("…")`, `describe("…")` and, after a table, `it.each(…)("…")`. */
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
    if (title) found.push({ name: (title[1] ?? title[2]).replace(/\\"/g, '"'), at: call.index });
  }
  // Where a table's first column is the whole title, what begins a line may be one.
  if (found.some(({ name }) => name === "%s")) {
    for (const { index, 1: before, 2: name } of text.matchAll(/^([ \t]*[[{]?(?: ?name: )?)"((?:[^"\\\n]|\\.)*)"/gm)) {
      found.push({ name, at: index + before.length });
    }
  }
  return found;
}
