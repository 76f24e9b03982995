// Checks the dependency rules that cargo-deny cannot express: rules about crates on which many others depend too, about
// programs, and about optional dependencies. deny.toml has the others: which of our crates may depend on which,
// licences and sources. docs/ARCHITECTURE.md explains why.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * Which of our crates may depend on these outside of tests. The native half of oauth-fetch is a feature that binaries
 * enable.
 */
const known = {
  "wasm-bindgen": (crate) => crate.name === "hosted-sentry-mcp",
  "js-sys": (crate) => crate.name === "hosted-sentry-mcp",
  "web-sys": (crate) => crate.name === "hosted-sentry-mcp",
  reqwest: (crate, dependency) => crate.name === "oauth-fetch" && dependency.optional,
  tokio: (crate, dependency) => isProgram(crate) || (crate.name === "oauth-fetch" && dependency.optional),
  axum: isProgram,
  hyper: isProgram,
  anyhow: isProgram,
};

const metadata = cargoMetadata();
const own = metadata.packages.filter((crate) => metadata.workspace_members.includes(crate.id));
const problems = own.flatMap(knowledge);

// cargo-deny does not check a crate that is not in its list.
const listed = new Set(Array.from(readFileSync("deny.toml", "utf8").matchAll(/^  \{ crate = "([^"]+)", wrappers = \["/gm), ([, name]) => name));
for (const { name } of own) {
  const users = own.filter((user) => shipped(user).some((dependency) => dependency.name === name));
  if (users.length > 0 && !listed.has(name)) problems.push(`${users[0].name} depends on ${name}, and deny.toml does not say who may`);
}
if ((metadata.workspace_default_members ?? []).some((id) => !metadata.workspace_members.includes(id))) {
  problems.push("default-members names a crate outside the workspace");
}

for (const problem of problems) console.error(`check-arrows: ${problem}`);
if (problems.length > 0) {
  console.error("check-arrows: change the dependency, or the rule in scripts/check-arrows.mjs together with docs/ARCHITECTURE.md");
  process.exit(1);
}
console.log(`check-arrows: ${own.length} crates in order`);

function knowledge(crate) {
  return shipped(crate)
    .filter((dependency) => known[dependency.name] && !known[dependency.name](crate, dependency))
    .map(({ name }) => `${crate.name} depends on ${name}, which only others may`);
}

/** A crate's dependencies outside of tests. */
function shipped(crate) {
  return crate.dependencies.filter((dependency) => dependency.kind !== "dev");
}

function isProgram(crate) {
  return crate.targets.some((target) => target.kind.includes("bin"));
}

function cargoMetadata() {
  const cargo = spawnSync("cargo", ["metadata", "--locked", "--format-version", "1"], { encoding: "utf8", maxBuffer: 1 << 28 });
  if (cargo.status !== 0) {
    console.error(`check-arrows: cargo cannot read the workspace:\n${cargo.stderr ?? cargo.error}`);
    process.exit(1);
  }
  return JSON.parse(cargo.stdout);
}
