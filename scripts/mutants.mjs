// make mutants: breaks the code in one way at a time (tests/mutants/*.patch), and expects tests to fail: those of the
// grant machine, or those that the patch names (scripts/mutants/patches.mjs). Works on a copy under target/, never on
// the sources. A mutant that is judged in the built worker needs a build of it.
//
// node scripts/mutants.mjs [NAME...] tries only these; --check reports whether every patch still applies, and whether
// the tests that it names exist (part of make test).
import { spawnSync } from "node:child_process";
import { cpSync, lstatSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { ask } from "./mutants/judges.mjs";
import { all, folder, path, read } from "./mutants/patches.mjs";

const root = dirname(import.meta.dirname);
process.chdir(root);

const copy = resolve("target/mutants/source");
const known = all();
const arguments_ = process.argv.slice(2);
const checkOnly = arguments_[0] === "--check";
const names = checkOnly || arguments_.length === 0 ? known : arguments_;
const unknown = names.find((name) => !known.includes(name));
if (unknown || known.length === 0) {
  console.error(unknown ? `mutants: there is no ${folder}/${unknown}.patch` : `mutants: ${folder} is empty`);
  process.exit(2);
}

const mutants = names.map((name) => ({ name, ...read(name) }));
const problems = mutants.flatMap(({ name, problems }) => problems.map((problem) => `mutants: ${folder}/${name}.patch ${problem}`));
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
console.log(`mutants: ${names.length} patches apply, and name tests that are there`);
if (checkOnly) process.exit(0);

prepare();
let survivors = 0;
for (const { name, judges } of mutants) {
  git(["apply", path(name)], copy);
  const begun = Date.now();
  const by = judges.find((judge) => verdict(judge, name))?.name;
  git(["apply", "--reverse", path(name)], copy);
  if (!by) survivors++;
  const seconds = ((Date.now() - begun) / 1000).toFixed(1);
  console.log(`${(by ? "killed" : "SURVIVED").padEnd(9)} ${name.padEnd(44)} ${seconds.padStart(6)} s  ${by ?? ""}`);
}
// Done last, since it takes longest: without a mutant, all judges must pass.
for (const judge of distinct(mutants.flatMap(({ judges }) => judges))) {
  const output = verdict(judge, "no mutant");
  if (output) fail(`${judge.name}: its tests fail without any mutant, so the table means nothing:\n${output}`);
}
console.log(`\n${names.length - survivors} killed, ${survivors} survived`);
process.exitCode = survivors > 0 ? 1 : 0;

/** The output of the tests if the judge noticed the mutant, otherwise undefined. */
function verdict(judge, mutant) {
  try {
    return ask(judge, copy);
  } catch (error) {
    return fail(`${mutant}: ${error.message}`);
  }
}

function distinct(judges) {
  return [...new Map(judges.map((judge) => [JSON.stringify(judge), judge])).values()];
}

/**
 * Copies all files that git tracks or would track into a repository of its own, so that a patch cannot touch the
 * sources.
 */
function prepare() {
  rmSync(copy, { recursive: true, force: true });
  const target = resolve("target/mutants/target");
  for (const folder of [copy, target]) mkdirSync(folder, { recursive: true });
  const files = git(["ls-files", "-z", "--cached", "--others", "--exclude-standard"], root).split("\0");
  for (const file of files) {
    if (lstatSync(file || root, { throwIfNoEntry: false })?.isFile()) cpSync(file, join(copy, file));
  }
  symlinkSync(target, join(copy, "target"));
  for (const installed of ["node_modules", ".tools"]) symlinkSync(resolve(installed), join(copy, installed));
  git(["init", "--quiet"], copy);
}

function git(parameters, cwd) {
  const done = spawnSync("git", parameters, { cwd, encoding: "utf8", maxBuffer: 1 << 26 });
  if (done.status !== 0) fail(`git ${parameters.join(" ")}: ${done.stderr}`);
  return done.stdout;
}

function fail(message) {
  console.error(`mutants: ${message}`);
  process.exit(1);
}
