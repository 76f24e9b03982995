// Installs the clients from their lock files, and tells which releases those name.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const here = import.meta.dirname;
/** Nothing but the files that the lock file has the hashes of, and nothing that is built here. */
const STRICT = ["--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:"];
const kept = join(dirname(dirname(here)), "target", "clients");
const typescript = join(here, "typescript");

/** What these clients need and is not there. */
export function install(clients) {
  mkdirSync(kept, { recursive: true });
  if (clients.some(({ python }) => !python)) {
    step("TypeScript clients", "typescript.lock", [join(typescript, "package-lock.json")], () => [
      ["npm", ["ci", "--no-audit", "--no-fund"], typescript],
    ]);
  }
  for (const name of new Set(clients.flatMap(({ python }) => python ?? []))) {
    const lock = join(here, "python", `${name}.txt`);
    step(`Python clients, ${name}`, `${name}.lock`, [lock], () => {
      rmSync(join(kept, name), { recursive: true, force: true });
      return [
        [python(), ["-m", "venv", join(kept, name)], here],
        [interpreter(name), ["-m", "pip", "install", "--quiet", ...STRICT, "-r", lock], here],
      ];
    });
  }
}

/** The Python that has the clients of this lock file. */
export const interpreter = (name) => join(kept, name, "bin", "python");

/** The release of a package that its lock file names: Python's, or npm's in `folder`. */
export function release({ package: name, python }, folder = typescript) {
  if (python) {
    const lock = readFileSync(join(here, "python", `${python}.txt`), "utf8");
    return lock.split("\n").find((line) => line.startsWith(`${name}==`))?.slice(name.length + 2).split(" ")[0];
  }
  const { packages } = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8"));
  return packages[`node_modules/${name}`]?.version;
}

/** Runs commands, unless `stamp` says that they were run for these files. */
export function step(label, stampName, files, commands) {
  const stamp = join(kept, stampName);
  const now = createHash("sha256").update(Buffer.concat(files.map((file) => readFileSync(file)))).digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === now) return;
  rmSync(stamp, { force: true });
  console.log(`clients: installing the ${label} ...`);
  const began = Date.now();
  for (const [program, options, cwd] of commands()) {
    const { status, stdout, stderr, error } = spawnSync(program, options, { cwd, encoding: "utf8" });
    if (status !== 0) {
      console.error(`${stdout ?? ""}${stderr ?? ""}${error ?? ""}`.replace(/^/gm, "      | "));
      console.error(`clients: ${program} ${options[0]} did not work for the ${label}`);
      process.exit(1);
    }
  }
  writeFileSync(stamp, now);
  console.log(`clients: installing the ${label}: done in ${Math.round((Date.now() - began) / 1000)} s`);
}

/** A Python that is new enough for all of them. */
function python() {
  const check = "import sys; sys.exit(sys.version_info < (3, 11))";
  const found = ["python3", "python3.14", "python3.13", "python3.12", "python3.11"].find((name) => spawnSync(name, ["-c", check]).status === 0);
  if (found) return found;
  console.error("clients: the Python clients need Python 3.11 or later with venv");
  process.exit(1);
}
