// A mutant is a patch that breaks one rule in one way: tests/mutants/NAME.patch. Above its first `diff --git` it says
// what it breaks and who must notice; without that, it breaks the grant machine.
//
//     Breaks: one sentence
//     Judge: cargo test -p sentry-tools --test tools constraints::
//     Judge: vitest tests/workerd/limits.test.ts "60 calls come from one session"
//
// A judge of cargo's is a package, optionally one of `--lib`, `--test TARGET` and `--bin NAME`, and parts of test names
// (none means all tests). A judge of vitest's is a file and part of a title including its `describe`, with "…" for what
// is left out. Judges are run in their order until one notices.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { matches, testsIn } from "../named-tests.mjs";

export const folder = "tests/mutants";

/** The judges of the grant machine. */
const GRANT_JUDGES = [
  { name: "random histories", filters: ["grant_model"] },
  { name: "every short history", filters: ["grant_walk"] },
  { name: "rule by rule", filters: ["grant_", "refresh_"] },
].map((judge) => ({ runner: "cargo", crate: "oauth-provider", target: ["--test", "features"], ...judge }));

export function all() {
  const files = readdirSync(folder).filter((file) => file.endsWith(".patch"));
  return files.map((file) => basename(file, ".patch")).sort();
}

export function path(name) {
  return resolve(folder, `${name}.patch`);
}

/** What a patch says about itself: `{ judges, problems }`. */
export function read(name) {
  const text = readFileSync(path(name), "utf8");
  const begin = text.search(/^diff --git /m);
  const problems = [];
  if (begin === -1) problems.push("is no patch of git's");
  const lines = text.slice(0, Math.max(begin, 0)).split("\n").filter((line) => line.trim() !== "");
  const said = lines.map((line) => line.match(/^(Breaks|Judge): (.+)$/));
  if (said.includes(null)) problems.push("has a line above the patch that is neither 'Breaks:' nor 'Judge:'");
  const of = (word) => said.filter((found) => found?.[1] === word).map((found) => found[2].trim());
  if (lines.length > 0 && (of("Breaks").length !== 1 || of("Judge").length === 0)) problems.push("needs one 'Breaks:' and a 'Judge:'");
  const judges = of("Judge").map((line) => readJudge(line, (problem) => problems.push(problem)));
  if (!applies(name)) problems.push("no longer applies; make it anew against today's sources");
  return { judges: lines.length === 0 ? GRANT_JUDGES : judges.filter(Boolean), problems };
}

function applies(name) {
  return spawnSync("git", ["apply", "--check", path(name)], { stdio: "ignore" }).status === 0;
}

function readJudge(line, problem) {
  const [, runner, rest] = line.match(/^(cargo test|vitest) (.+)$/) ?? [];
  if (runner === "cargo test") return ofCargo(line, rest, problem);
  if (runner === "vitest") return ofVitest(line, rest, problem);
  problem(`is to be judged by '${line}', which is neither 'cargo test …' nor 'vitest …'`);
  return undefined;
}

function ofCargo(line, rest, problem) {
  const [, crate, target, filters] = rest.match(/^-p (\S+)( --lib| --(?:test|bin) \S+)?((?: [\w:]+)*)$/) ?? [];
  if (!crate) {
    problem(`'${line}' is not: cargo test -p PACKAGE [--lib|--test TARGET|--bin NAME] [FILTER…]`);
    return undefined;
  }
  const words = (text = "") => text.split(" ").filter((word) => word !== "");
  const judge = { runner: "cargo", name: [crate, ...(words(filters).length > 0 ? words(filters) : words(target))].join(" "), crate, target: words(target), filters: words(filters) };
  const known = testsOfCrate(judge);
  for (const filter of judge.filters.length > 0 ? judge.filters : [""]) {
    if (!known.some((test) => test.includes(filter))) problem(`'${line}': no test is named so`);
  }
  return judge;
}

/** The tests as cargo names them: `module::test`. */
function testsOfCrate({ crate, target: [kind, name] }) {
  const base = crate === "hosted-sentry-mcp" ? "." : join("crates", crate);
  const inUnits = kind === "--test" ? [] : testsBelow(join(base, "src"), "tests");
  const tests = join(base, "tests");
  const binaries = kind === "--test" ? [name] : kind || !existsSync(tests) ? [] : readdirSync(tests).map((file) => basename(file, ".rs"));
  return [...inUnits, ...binaries.flatMap((binary) => testsBelow(join(tests, binary)))];
}

/** The tests of the files in a folder, or of the one file in its place. */
function testsBelow(folder, module) {
  const alone = `${folder}.rs`;
  const files = existsSync(alone) ? [alone] : existsSync(folder) ? filesBelow(folder) : [];
  return files.flatMap((file) => {
    const modules = file.slice(folder.length).replace(/\.rs$/, "").split("/");
    const path = [...modules, module].filter((part) => part && part !== "main" && part !== "lib");
    return testsIn(file).map((test) => [...path, test].join("::"));
  });
}

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".rs"))
    .map((entry) => join(entry.parentPath, entry.name));
}

/**
 * The project of vitest.config.ts that a folder belongs to, and what must be built for it: steps of
 * scripts/mutants/judges.mjs.
 */
const PROJECTS = {
  workerd: { project: "workerd", needs: ["worker", "demo-sentry"] },
  mixed: { project: "mixed", needs: ["worker", "demo-sentry"] },
  chromium: { project: "chromium", needs: ["worker", "demo-sentry"] },
  page: { project: "page", needs: [] },
  client: { project: "client", needs: ["worker", "demo-sentry", "mcp-test-client"] },
  native: { project: "native-example", needs: ["example", "demo-sentry", "sentry-mcp", "mcp-test-client"] },
};

function ofVitest(line, rest, problem) {
  const [, file, kind, title] = rest.match(/^(tests\/(\w+)\/\S+\.test\.ts)(?: "(.+)")?$/) ?? [];
  const project = PROJECTS[kind];
  if (!project) {
    problem(`'${line}' is not: vitest tests/FOLDER/NAME.test.ts ["TITLE"]`);
    return undefined;
  }
  if (!existsSync(file)) problem(`'${line}': there is no ${file}`);
  else if (testsIn(file).length === 0 || (title && !isTitle(testsIn(file), title))) problem(`'${line}': no test is named so`);
  return { runner: "vitest", name: title ?? basename(file, ".test.ts"), file, title, ...project };
}

/** A title alone, or after that of its `describe`. */
function isTitle(known, title) {
  const one = (text) => known.some((test) => matches(test, { text, whole: false }));
  return one(title) || known.some((outer) => title.startsWith(`${outer} `) && one(title.slice(outer.length + 1)));
}
