#!/usr/bin/env node
// What worker-build runs as esbuild: esbuild itself, with our entry in the place of its shim.
import { spawnSync } from "node:child_process";
import { copyFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
copyFileSync(join(root, "src/runtime/entry.js"), "shim.js");
const inject = `--inject:${join(root, "src/runtime/microtask.js")}`;
const { error, status } = spawnSync(process.env.REAL_ESBUILD_BIN, [...process.argv.slice(2), inject], { stdio: "inherit" });
if (error) console.error(error.message);
process.exit(status ?? 1);
