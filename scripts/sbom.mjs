// make sbom: what is in each program, as CycloneDX 1.6: crates with version, licence and the hash of their archive, as Cargo.lock and
// cargo have them, and the npm packages that are in the scripts of the worker's pages.
//
// node scripts/sbom.mjs [FOLDER], target/sbom without it. The same commit gives the same files.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { PACKAGES } from "./web.mjs";

/** The programs that are given to others, each with its package, its target, and whether it has pages. */
const PROGRAMS = [
  { file: "worker", package: "hosted-sentry-mcp", target: "wasm32-unknown-unknown", pages: true },
  { file: "sentry-mcp", package: "sentry-mcp" },
  { file: "mcp-test-client", package: "mcp-test-client" },
];

const folder = process.argv[2] ?? "target/sbom";
process.chdir(dirname(import.meta.dirname));
const checksums = lockedChecksums();
mkdirSync(folder, { recursive: true });
for (const program of PROGRAMS) {
  const components = [...crates(program), ...(program.pages ? scripts() : [])].sort((a, b) => (a["bom-ref"] < b["bom-ref"] ? -1 : 1));
  const path = join(folder, `${program.file}.cdx.json`);
  writeFileSync(path, `${JSON.stringify(bom(program, components), undefined, 2)}\n`);
  console.log(`sbom: ${path}, ${components.length - 1} components`);
}

/**
 * Every crate that is compiled into a program, itself included, with the features that it has there. What only builds or tests is not in
 * the program, and neither is what a procedural macro is made of.
 */
function crates({ package: name, target }) {
  const platform = target ? ["--target", target] : [];
  const edges = ["--edges", "normal,no-proc-macro", "--prefix", "none", "--no-dedupe", "--format", "{p}\t{l}"];
  const lines = new Set(text("cargo", ["tree", "--locked", "--package", name, ...platform, ...edges]).trim().split("\n"));
  return [...lines].map((line) => {
    const [, crate, version, license] = /^(\S+) v(\S+).*\t(.*)$/.exec(line);
    const purl = `pkg:cargo/${crate}@${version}`;
    const hash = checksums.get(`${crate} ${version}`);
    return {
      type: "library",
      "bom-ref": purl,
      name: crate,
      version,
      purl,
      licenses: [{ expression: license.replaceAll("/", " OR ") }],
      ...(hash && { hashes: [{ alg: "SHA-256", content: hash }] }),
    };
  });
}

function lockedChecksums() {
  const found = readFileSync("Cargo.lock", "utf8").matchAll(/^name = "(.*)"\nversion = "(.*)"\nsource = ".*"\nchecksum = "(.*)"$/gm);
  return new Map([...found].map(([, name, version, hash]) => [`${name} ${version}`, hash]));
}

/** The packages that scripts/web.mjs names in the chat's script, as package-lock.json has them. */
function scripts() {
  const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8"));
  return PACKAGES.map((name) => {
    const { version, license, integrity } = packages[`node_modules/${name}`];
    const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
    const [, hash] = /^sha512-(.*)$/.exec(integrity);
    return {
      type: "library",
      "bom-ref": purl,
      name,
      version,
      purl,
      licenses: [{ expression: license }],
      hashes: [{ alg: "SHA-512", content: Buffer.from(hash, "base64").toString("hex") }],
    };
  });
}

function bom({ package: name }, components) {
  const own = components.find((each) => each.name === name);
  const rest = components.filter((each) => each !== own);
  // RFC 9562 §5.8: made of the content, so that the same commit has the same number.
  const digest = createHash("sha256").update(JSON.stringify(components)).digest("hex");
  const serial = [digest.slice(0, 8), digest.slice(8, 12), `8${digest.slice(13, 16)}`, `8${digest.slice(17, 20)}`, digest.slice(20, 32)].join("-");
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: `urn:uuid:${serial}`,
    version: 1,
    metadata: { component: { ...own, type: "application" } },
    components: rest,
  };
}

function text(program, args) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: "utf8", maxBuffer: 1 << 28 });
  if (error || status !== 0) {
    console.error(`sbom: ${program} ${args.join(" ")}\n${stderr ?? error.message}`);
    process.exit(1);
  }
  return stdout;
}
