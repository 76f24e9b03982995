#!/usr/bin/env node
// What worker-build runs as esbuild: esbuild itself, with our entry in the place of its shim (ADR 26), and turns.js in the
// place of some globals (ADR 114).
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

/** SHA-256 of the shim with which src/runtime/entry.js was last compared, without the list of exported classes. */
const COMPARED = "dd98e70f4fbdfed557495f21ae697bea7b40a2a19409c9cffca10609ae8af03e";

const root = join(import.meta.dirname, "..");
const text = readFileSync("shim.js", "utf8").replaceAll(/^export const \w+ = new Proxy\(exports\.\w+, classProxyHooks\);\n?/gm, "");
const shim = createHash("sha256").update(text).digest("hex");
if (shim !== COMPARED) {
  console.error(`bundle: worker-build has another shim than the one that src/runtime/entry.js was compared with.
Compare ${join(process.cwd(), "shim.js")} with src/runtime/entry.js and turns.js: what starts an instance, what replaces one that has
trapped, which events it listens to, what it exports. Take over what is new, let tests/workerd/entry.test.ts hold it, and
write the new hash into scripts/bundle.mjs:
  ${shim}`);
  process.exit(1);
}
copyFileSync(join(root, "src/runtime/entry.js"), "shim.js");
copyFileSync(join(root, "src/runtime/turns.js"), "turns.js");
const bundle = [...process.argv.slice(2), "--inject:./turns.js"];
const { error, status } = spawnSync(process.env.REAL_ESBUILD_BIN, bundle, { stdio: "inherit" });
rmSync("turns.js");
if (error) console.error(error.message);
process.exit(status ?? 1);
