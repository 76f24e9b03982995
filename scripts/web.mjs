// Builds web/dist, the files that browsers get: the files of web/, and the chat as one script.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { buildSync, transformSync } from "esbuild";

const KINDS = new Set([".css", ".svg", ".png", ".ico", ".webmanifest", ".txt"]);
/** The oldest browsers for which the page is built. */
const BROWSERS = ["chrome111", "firefox115", "safari16.4"];
/** Maximum size of the chat's script, in bytes after gzip. */
const HEAVIEST = 60 * 1024;
/** The libraries in the script. */
export const PACKAGES = ["preact", "marked", "@speed-highlight/core"];
/** Those whose licences require to be named; the others are in the public domain. */
const NAMED = PACKAGES.filter((name) => name !== "@speed-highlight/core");

/**
 * Writes the files that have changed. Returns the version of the chat's files and the size of the script. Throws an
 * error with the reason.
 */
export function buildWeb() {
  const names = readdirSync("web", { withFileTypes: true }).filter((entry) => entry.isFile() && KINDS.has(extname(entry.name)));
  const wanted = new Map(names.map(({ name }) => [name, read(name)]));
  const script = bundle("web/chat/main.tsx", licences());
  wanted.set("chat.js", script);
  wanted.set("page.js", bundle("web/page.ts", ""));
  mkdirSync("web/dist", { recursive: true });
  for (const name of readdirSync("web/dist")) {
    if (!wanted.has(name)) rmSync(join("web/dist", name), { recursive: true });
  }
  for (const [name, content] of wanted) {
    const path = join("web/dist", name);
    // An unchanged file keeps its time, so that a running `wrangler dev` does not reload.
    if (!existsSync(path) || !readFileSync(path).equals(content)) writeFileSync(path, content);
  }
  const weight = gzipSync(script, { level: 9 }).length;
  if (weight > HEAVIEST) throw new Error(`the chat weighs ${kib(weight)} gzipped, and may weigh ${kib(HEAVIEST)}.`);
  const version = createHash("sha256").update(script).update(wanted.get("chat.css")).digest("hex").slice(0, 12);
  return { version, weight: `${kib(weight)} gzipped of ${kib(HEAVIEST)}` };
}

/** A file of web/; a stylesheet without what only its authors read. */
function read(name) {
  const content = readFileSync(join("web", name));
  return extname(name) === ".css" ? Buffer.from(transformSync(content.toString(), { loader: "css", minify: true, target: BROWSERS }).code) : content;
}

function bundle(entry, footer) {
  const { outputFiles } = buildSync({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: BROWSERS,
    jsx: "automatic",
    jsxImportSource: "preact",
    legalComments: "none",
    footer: { js: footer },
    logLevel: "silent",
  });
  return Buffer.from(outputFiles[0].contents);
}

const licences = () =>
  NAMED.map((name) => `/* ${name}\n${readFileSync(join("node_modules", name, "LICENSE"), "utf8").replaceAll("*/", "* /").trim()}\n*/`).join("\n");

const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;
