// Dependencies point one way, and a few crates are known in one place only. docs/ARCHITECTURE.md says why; this is the
// rule. Also: every crate's licence is one that we may pass on.
import { spawnSync } from "node:child_process";

/** In the order in which they may depend on each other. A crate that is not listed is a binary, and depends on any. */
const layers = [
  ["approval", "fetch", "mcp", "oauth-types"],
  ["agent", "oauth-provider", "sentry-api"],
  ["agent-mode", "sentry-tools"],
];

/** Who may name these crates as a dependency outside of its tests. fetch's native half is a feature that binaries turn on. */
const known = {
  worker: (crate) => crate.name === "hosted-sentry-mcp",
  "worker-macros": (crate) => crate.name === "hosted-sentry-mcp",
  "wasm-bindgen": (crate) => crate.name === "hosted-sentry-mcp",
  "js-sys": (crate) => crate.name === "hosted-sentry-mcp",
  "web-sys": (crate) => crate.name === "hosted-sentry-mcp",
  reqwest: (crate, dependency) => crate.name === "fetch" && dependency.optional,
  tokio: (crate, dependency) => isProgram(crate) || (crate.name === "fetch" && dependency.optional),
  axum: isProgram,
  hyper: isProgram,
  anyhow: isProgram,
};

const licences = new Set([
  "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0",
  "CDLA-Permissive-2.0", "ISC", "MIT", "MIT-0", "MPL-2.0", "Unicode-3.0", "Unlicense", "Zlib",
]);

const metadata = cargoMetadata();
const own = metadata.packages.filter((crate) => metadata.workspace_members.includes(crate.id));
const names = new Set(own.map((crate) => crate.name));
const problems = own.flatMap((crate) => [...arrows(crate), ...knowledge(crate)]);

for (const crate of metadata.packages) {
  if (!allowed(crate.license ?? "")) problems.push(`${crate.name} ${crate.version} has the licence '${crate.license ?? "none"}'`);
}
if ((metadata.workspace_default_members ?? []).some((id) => !metadata.workspace_members.includes(id))) {
  problems.push("default-members names a crate outside the workspace");
}

for (const problem of problems) console.error(`check-arrows: ${problem}`);
if (problems.length > 0) {
  console.error("check-arrows: change the dependency, or the rule in scripts/check-arrows.mjs together with docs/ARCHITECTURE.md");
  process.exit(1);
}
console.log(`check-arrows: ${own.length} crates in order, ${metadata.packages.length} licences known`);

function arrows(crate) {
  return shipped(crate)
    .filter(({ name }) => names.has(name) && layer(name) >= layer(crate.name))
    .map(({ name }) => `${crate.name} depends on ${name}, which is not below it`);
}

function knowledge(crate) {
  return shipped(crate)
    .filter((dependency) => known[dependency.name] && !known[dependency.name](crate, dependency))
    .map(({ name }) => `${crate.name} depends on ${name}, which only others may`);
}

/** What it depends on outside of its tests. */
function shipped(crate) {
  return crate.dependencies.filter((dependency) => dependency.kind !== "dev");
}

function layer(name) {
  const found = layers.findIndex((crates) => crates.includes(name));
  return found === -1 ? layers.length : found;
}

function isProgram(crate) {
  return crate.targets.some((target) => target.kind.includes("bin"));
}

/** SPDX, as far as crates use it: OR, AND and parentheses; a slash is an old OR. */
function allowed(expression) {
  const tokens = expression.replace(/([()])/g, " $1 ").replace(/\//g, " OR ").trim().split(/\s+/);
  let at = 0;
  const either = () => {
    let result = both();
    while (tokens[at] === "OR") {
      at += 1;
      result = both() || result;
    }
    return result;
  };
  const both = () => {
    let result = one();
    while (tokens[at] === "AND") {
      at += 1;
      result = one() && result;
    }
    return result;
  };
  const one = () => {
    if (tokens[at] === "(") {
      at += 1;
      const inner = either();
      at += 1;
      return inner;
    }
    let name = tokens[at++] ?? "";
    if (tokens[at] === "WITH") {
      name = `${name} WITH ${tokens[at + 1]}`;
      at += 2;
    }
    return licences.has(name);
  };
  return either();
}

function cargoMetadata() {
  const cargo = spawnSync("cargo", ["metadata", "--locked", "--format-version", "1"], { encoding: "utf8", maxBuffer: 1 << 28 });
  if (cargo.status !== 0) {
    console.error(`check-arrows: cargo cannot read the workspace:\n${cargo.stderr ?? cargo.error}`);
    process.exit(1);
  }
  return JSON.parse(cargo.stdout);
}
