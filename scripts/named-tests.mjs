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

/** Matches any of the abbreviations in a line of prose. */
export const SHORT_PLACE = new RegExp(`\`((?:${Object.keys(places).join("|")})[^\`]+)\``, "g");

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
  if (!known.has(file)) {
    const text = readFileSync(join(root, file), "utf8");
    known.set(file, file === "scripts/test.mjs" ? steps(text) : file.endsWith(".rs") ? rustTests(text) : titles(text));
  }
  return known.get(file);
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
  for (const [, attributes, name] of text.matchAll(/((?:^[ \t]*#\[[^\n]*\]\n)+)[ \t]*(?:pub )?(?:async )?fn (\w+)/gm)) {
    if (/#\[(\w+::)?test\b/.test(attributes) && !/#\[ignore/.test(attributes)) found.push(name);
  }
  return found;
}

/** The titles of the steps of `make test`. */
function steps(text) {
  return [...text.matchAll(/\btitle: "([^"]+)"/g)].map(([, title]) => title);
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
    if (title) found.push((title[1] ?? title[2]).replace(/\\"/g, '"'));
  }
  // If a table's first column is the whole title, any string of the file may be one.
  if (found.includes("%s")) found.push(...[...text.matchAll(/"((?:[^"\\\n]|\\.)*)"/g)].map(([, text]) => text));
  return found;
}
