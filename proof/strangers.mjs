// The long form of tests/workerd/strangers.test.ts: more cases, by a seed that nobody has tried.
import { spawnSync } from "node:child_process";

const env = { ...process.env, CASES: process.env.CASES ?? "3000", SEED: process.env.SEED ?? String(Math.floor(Math.random() * 2 ** 31)) };
console.log(`strangers: CASES=${env.CASES} SEED=${env.SEED}`);
const { status } = spawnSync("vitest", ["run", "--project", "workerd", "tests/workerd/strangers.test.ts"], { env, stdio: "inherit" });
process.exitCode = status ?? 1;
