// Checks that what the documents tell people to run and read exists: make targets, scripts, workspace crates, linked
// files.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

process.chdir(dirname(import.meta.dirname));

const documents = ["README.md", "AGENTS.md", "CONTRIBUTING.md", "RELEASING.md", "SECURITY.md", "CHANGELOG.md", ...below("docs")].filter(
  (path) => path === "README.md" || existsSync(path),
);
const targets = new Set([...readFileSync("Makefile", "utf8").matchAll(/^([a-z][a-z-]*):/gm)].map((match) => match[1]));
const crates = new Set(workspaceCrates());
const problems = [];
let checked = 0;

for (const path of documents) {
  if (!existsSync(path)) {
    problems.push(`${path} is missing`);
    continue;
  }
  const text = readFileSync(path, "utf8");
  for (const code of codeOf(text)) commands(path, code);
  for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) link(path, target);
}
if (documents.length > 0 && checked === 0) problems.push("README.md names no command at all");

for (const problem of problems) console.error(`check-readme: ${problem}`);
if (problems.length > 0) process.exit(1);
console.log(`check-readme: ${checked} commands and links of ${documents.length} documents exist`);

/** The fenced blocks and the inline code of a document. */
function codeOf(text) {
  const fenced = [...text.matchAll(/^```[^\n]*\n([\s\S]*?)^```/gm)].map((match) => match[1]);
  const inline = [...text.replace(/^```[\s\S]*?^```/gm, "").matchAll(/`([^`\n]+)`/g)].map((match) => match[1]);
  return [...fenced, ...inline];
}

function commands(path, code) {
  for (const line of code.split("\n")) {
    const command = line.replace(/#.*$/, "").replace(/^\s*\$\s+/, "").trim();
    // Variables may come first: PORT=9000 make dev
    const make = /^(?:[A-Z_]+=\S+\s+)*make\s+(.*)$/.exec(command)?.[1];
    for (const word of make?.split(/\s+/) ?? []) {
      if (/^[a-z][a-z-]*$/.test(word)) expect(targets.has(word), path, `'make ${word}' is no target of the Makefile`);
    }
    for (const [, crate] of command.matchAll(/\bcargo\s[^|;&]*?(?:-p|--package)[= ]([a-z][a-z-]*)/g)) {
      expect(crates.has(crate), path, `'${command}' names ${crate}, which is no crate of the workspace`);
    }
    for (const [, script] of command.matchAll(/(?:^|\s)(scripts\/[\w./-]+)/g)) {
      expect(existsSync(script), path, `'${script}' does not exist`);
    }
  }
}

function link(path, target) {
  if (/^([a-z]+:|#)/.test(target)) return;
  const file = normalize(join(dirname(path), target.replace(/#.*$/, "")));
  expect(existsSync(file), path, `the linked file ${file} does not exist`);
}

function expect(holds, path, problem) {
  checked += 1;
  if (!holds) problems.push(`${path}: ${problem}`);
}

function below(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true }).map((name) => join(folder, name)).filter((path) => path.endsWith(".md"));
}

function workspaceCrates() {
  const cargo = spawnSync("cargo", ["metadata", "--no-deps", "--offline", "--format-version", "1"], { encoding: "utf8", maxBuffer: 1 << 26 });
  return cargo.status === 0 ? JSON.parse(cargo.stdout).packages.map((crate) => crate.name) : [];
}
