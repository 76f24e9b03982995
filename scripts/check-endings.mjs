// Checks that docs/CONFORMANCE.md has a row for each place in the source that answers `invalid_client` or
// `invalid_grant`, on which clients throw away what they hold. A row's first cell names a file, a function and how often
// it does: `client/id.rs` `parse` 2. The file is one below crates/oauth-provider/src, or has `src/` before it. `--list`
// prints the places that there are.
//
// A place is where such an error is made: the error codes, the refusals of a grant that become one of them, and the
// functions and closures of a file whose errors are of these codes, wherever they are called. A folder may be named whose
// sources and page are checked instead.
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";

const [folder = dirname(import.meta.dirname)] = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
process.chdir(folder);

const PAGE = "docs/CONFORMANCE.template.md";
const HEADING = "## What costs a client its credentials";
const roots = [["crates/oauth-provider/src", ""], ["src", "src/"]];
/** What every store is checked with. */
const CHECKS = "store/contract.rs";
const CODE = /ErrorCode::Invalid(?:Client|Grant)\b|\bunknown_client\(\)/;
const MADE = /ErrorCode::Invalid(?:Client|Grant)\b|\bunknown_client\(\)|Refusal::(?:Unknown|AlreadyOpened|RedirectUri|Verifier|Strength|Key|ClientGone|Ended)\b|"invalid_(?:client|grant)"/g;

const found = new Map();
for (const [root, prefix] of roots) {
  const names = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".rs") && name !== CHECKS).sort();
  for (const name of names) for (const [key, count] of places(readFileSync(join(root, name), "utf8"), `${prefix}${name}`)) found.set(key, count);
}
if (process.argv.includes("--list")) for (const [key, count] of found) console.log(`${key} ${count}`);

const listed = new Map();
const problems = [];
for (const line of section()) {
  const [, file, place, count] = /^\| `([^`]+)` `([^`]+)` (\d+) \|/.exec(line) ?? [];
  if (!file) continue;
  const key = `\`${file}\` \`${place}\``;
  if (listed.has(key)) problems.push(`${PAGE} lists ${key} twice`);
  listed.set(key, Number(count));
}
for (const [key, count] of found) {
  if (!listed.has(key)) problems.push(`${key} answers invalid_client or invalid_grant (${count}), and ${PAGE} does not say why`);
  else if (listed.get(key) !== count) problems.push(`${key} does so ${count} times, and ${PAGE} knows of ${listed.get(key)}`);
}
for (const key of listed.keys()) if (!found.has(key)) problems.push(`${PAGE} lists ${key}, which does not`);
if (found.size === 0) problems.push("no place was found at all");
for (const problem of problems) console.error(`check-endings: ${problem}`);
console.log(`check-endings: ${found.size} places that cost a client its credentials, ${problems.length} problems`);
process.exitCode = problems.length > 0 ? 1 : 0;

/** The lines of the section, up to the next heading. */
function section() {
  const lines = readFileSync(PAGE, "utf8").split("\n");
  const begin = lines.indexOf(HEADING);
  const rest = lines.slice(begin + 1);
  const end = rest.findIndex((line) => line.startsWith("## "));
  return begin === -1 ? [] : rest.slice(0, end === -1 ? undefined : end);
}

/** By file and function: how often it makes such an error. Comments, tests and what only reads an error do not count. */
function places(text, name) {
  const code = text.split("#[cfg(test)]")[0].replace(/^\s*\/\/.*$/gm, "");
  const makers = [...makersIn(code)];
  const pattern = makers.length > 0 ? new RegExp(`(?<!fn |let |::|\\.)\\b(?:${makers.join("|")})\\(|(?:map_err|ok_or_else)\\((?:${makers.join("|")})\\)`, "g") : undefined;
  const counts = new Map();
  let at = "";
  for (const line of code.split("\n")) {
    at = /^\s*(?:pub(?:\([^)]*\))? )?(?:const |async )*fn (\w+)/.exec(line)?.[1] ?? at;
    if (makers.includes(at) || at === "unknown_client" || makers.includes(/let (\w+) = \|/.exec(line)?.[1])) continue;
    // The pattern of a match and a comparison read an error.
    const made = line.replace(/^.*=>/, "").replace(/[!=]= (?:Refusal::\w+|"\w+")/g, "");
    const count = (made.match(MADE) ?? []).length + (pattern ? (made.match(pattern) ?? []).length : 0);
    if (count > 0) counts.set(at, (counts.get(at) ?? 0) + count);
  }
  return [...counts].map(([place, count]) => [`\`${name}\` \`${place}\``, count]);
}

/** Functions without a decision of their own, and closures, that only make an error of one of the codes. */
function* makersIn(code) {
  for (const [, name, body] of code.matchAll(/^fn (\w+)\([^)]*\) -> Error \{\n([^]*?)^\}/gm)) {
    if (CODE.test(body) && !/\bmatch\b/.test(body)) yield name;
  }
  for (const [, name, body] of code.matchAll(/let (\w+) = \|[^|]*\|([^;]*);/g)) if (CODE.test(body)) yield name;
}
