// Checks that the crates meant for others (the OAuth crates and the fetch port, with their tests and examples) name
// neither our product nor our host.
import { readFileSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

process.chdir(dirname(import.meta.dirname));

const crates = ["crates/fetch", "crates/oauth-provider", "crates/oauth-types"];
const foreign = /sentry|cloudflare|workerd?\b|workers\b|durable object|isolate\b|wrangler/i;

const problems = [];
let read = 0;
for (const crate of crates) {
  const names = readdirSync(crate, { recursive: true, encoding: "utf8" }).filter((name) => /\.(rs|md|toml|html)$/.test(name));
  for (const path of names.map((name) => join(crate, name)).filter((path) => statSync(path).isFile())) {
    read += 1;
    readFileSync(path, "utf8").split("\n").forEach((line, index) => {
      const word = foreign.exec(line)?.[0];
      if (word) problems.push(`${path}:${index + 1} says '${word}': ${line.trim()}`);
    });
  }
}

for (const problem of problems) console.error(`check-neutral: ${problem}`);
if (problems.length > 0 || read === 0) process.exit(1);
console.log(`check-neutral: ${read} files name no product and no host`);
