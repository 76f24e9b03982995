// Builds the release before this one (tests/mixed/previous.json names its commit) into target/previous/COMMIT, once: the
// tests of the project `mixed` run both releases over one storage. It is built by its own scripts/build.mjs and npm
// packages, with the tools and the compiled dependencies of this one. An argument names another commit.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";

const root = dirname(import.meta.dirname);
const { commit } = process.argv[2] ? { commit: process.argv[2] } : JSON.parse(readFileSync(join(root, "tests/mixed/previous.json"), "utf8"));
const folder = join(root, "target/previous");
const built = join(folder, commit);

if (existsSync(built)) {
  say(`${commit} is there`);
} else {
  const started = Date.now();
  const source = join(folder, `${commit}.source`);
  rmSync(source, { recursive: true, force: true });
  mkdirSync(join(source, "target"), { recursive: true });
  unpack(source);
  packages(source);
  build(source);
  const result = join(folder, `${commit}.built`);
  rmSync(result, { recursive: true, force: true });
  mkdirSync(result);
  renameSync(join(source, "build"), join(result, "build"));
  renameSync(join(source, "web/dist"), join(result, "web"));
  renameSync(result, built); // at once: what was interrupted is built again
  rmSync(source, { recursive: true, force: true });
  say(`${commit} built in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

/** Writes the files of the commit into a folder. */
function unpack(folder) {
  const known = spawnSync("git", ["cat-file", "-e", `${commit}^{commit}`], { cwd: root, stdio: "ignore" });
  if (known.status !== 0) {
    fail(`commit ${commit}, the release before this one, is not in this clone. Run: git fetch --depth 1 origin ${commit}`);
  }
  const archive = execFileSync("git", ["archive", "--format=tar", commit], { cwd: root, maxBuffer: 1 << 30 });
  const tar = spawnSync("tar", ["-x", "-C", folder], { input: archive, stdio: ["pipe", "inherit", "inherit"] });
  if (tar.status !== 0) fail("tar could not unpack its source");
}

/** The npm packages of its lock file: those of this release, where both lock the same ones. */
function packages(source) {
  const lock = (folder) => readFileSync(join(folder, "package-lock.json"), "utf8");
  if (lock(root) === lock(source)) return symlinkSync(join(root, "node_modules"), join(source, "node_modules"));
  const run = spawnSync("npm", ["ci", "--prefer-offline"], { cwd: source, encoding: "utf8", maxBuffer: 1 << 28 });
  if (run.status !== 0) fail(`the npm packages of ${commit} could not be installed:\n${run.stdout}${run.stderr}`);
}

function build(source) {
  const target = join(root, "target");
  const env = { ...process.env, CARGO_TARGET_DIR: target };
  // The one file that has the same name in both releases: cargo must take neither for the other.
  const shared = ["deps/", ""].map((place) => join(target, "wasm32-unknown-unknown/release", place, "hosted_sentry_mcp.wasm"));
  const forget = () => shared.forEach((path) => rmSync(path, { force: true }));
  forget();
  const run = spawnSync(process.execPath, ["scripts/build.mjs"], { cwd: source, env, encoding: "utf8", maxBuffer: 1 << 28 });
  forget();
  if (run.status !== 0) fail(`${commit} did not build:\n${run.stdout}${run.stderr}`);
}

function say(text) {
  console.log(`previous release: ${text}`);
}

function fail(text) {
  console.error(`previous release: ${text}`);
  process.exit(1);
}
