// make install: the programs, their completions and manual pages, for one person.
//
// Programs go to PREFIX/bin (default: ~/.local), what belongs to them to PREFIX/share, where shells and man look.
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

const root = dirname(import.meta.dirname);
const prefix = process.env.PREFIX ?? join(homedir(), ".local");
const share = join(prefix, "share");
const places = {
  bash: (name) => join(share, "bash-completion", "completions", name),
  fish: (name) => join(share, "fish", "vendor_completions.d", `${name}.fish`),
  zsh: (name) => join(share, "zsh", "site-functions", `_${name}`),
};
const pages = { "mcp-test-client": ["doctor", "logout", "metadata"], "sentry-mcp": [] };

for (const [name, commands] of Object.entries(pages)) {
  run("cargo", ["install", "--quiet", "--locked", "--force", "--root", prefix, "--path", join(root, "crates", name)]);
  const program = join(prefix, "bin", name);
  for (const [shell, place] of Object.entries(places)) write(place(name), run(program, ["completions", shell]));
  const manual = (page) => join(share, "man", "man1", `${page}.1`);
  write(manual(name), run(program, ["man"]));
  for (const command of commands) write(manual(`${name}-${command}`), run(program, ["man", command]));
}
console.log(`zsh finds its completions with: fpath+=(${join(share, "zsh", "site-functions")})`);

function run(program, args) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) {
    console.error(`install: ${program} ${args[0]}: ${stderr ?? ""}${error?.message ?? ""}`);
    process.exit(1);
  }
  return stdout;
}

function write(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  console.log(`wrote ${file}`);
}
