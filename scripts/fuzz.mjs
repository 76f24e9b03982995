// make fuzz: runs libFuzzer on every parser of untrusted bytes, one after the other (fuzz/README.md).
// Stable Rust is enough: the coverage instrumentation is LLVM's and needs no nightly. A C++ compiler builds libFuzzer.
//
// node scripts/fuzz.mjs [TARGET...] runs only these targets. SECONDS_EACH: how long each runs (60).
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

process.chdir(join(dirname(import.meta.dirname), "fuzz"));

const all = readdirSync("src/bin").map((file) => basename(file, ".rs")).sort();
const chosen = process.argv.slice(2);
const targets = chosen.length > 0 ? chosen : all;
const unknown = targets.find((name) => !all.includes(name));
const seconds = Number(process.env.SECONDS_EACH ?? 60);
if (unknown || !(seconds > 0)) {
  console.error(unknown ? `fuzz: there is no target '${unknown}'. The targets are: ${all.join(" ")}` : "fuzz: SECONDS_EACH is no number of seconds");
  process.exit(2);
}

// The flags that cargo-fuzz passes with `--sanitizer none`. Naming the triple keeps build scripts and macros
// uninstrumented.
const instrumentation = [
  "--cfg=fuzzing",
  "-Cpasses=sancov-module",
  "-Cllvm-args=-sanitizer-coverage-level=4",
  "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
  "-Cllvm-args=-sanitizer-coverage-pc-table",
  "-Cllvm-args=-sanitizer-coverage-trace-compares",
  "-Ccodegen-units=1",
];
const triple = run("rustc", ["-vV"], { stdio: "pipe" }).stdout.match(/^host: (.*)$/m)?.[1];
const built = run("cargo", ["build", "--release", "--target", triple, ...targets.flatMap((name) => ["--bin", name])], {
  env: { ...process.env, CARGO_ENCODED_RUSTFLAGS: instrumentation.join("\x1f") },
});
if (built.status !== 0) process.exit(1);

const failed = [];
for (const name of targets) {
  mkdirSync(join("corpus", name), { recursive: true });
  mkdirSync("artifacts", { recursive: true });
  const binary = resolve("target", triple, "release", name);
  const options = [`-max_total_time=${seconds}`, "-max_len=4096", "-timeout=10", `-artifact_prefix=artifacts/${name}-`, "-print_final_stats=1"];
  const seeds = [join("seeds", name)].filter((folder) => existsSync(folder));
  const fuzzed = run(binary, [join("corpus", name), ...seeds, ...options], { stdio: "pipe", maxBuffer: 1 << 28 });
  const runs = fuzzed.stderr.match(/stat::number_of_executed_units: *(\d+)/)?.[1] ?? "?";
  const speed = fuzzed.stderr.match(/stat::average_exec_per_sec: *(\d+)/)?.[1] ?? "?";
  const coverage = fuzzed.stderr.match(/.*cov: (\d+)/s)?.[1] ?? "?";
  const good = fuzzed.status === 0;
  console.log(`${good ? "ok  " : "FAIL"}  ${name}: ${runs} inputs, ${speed} a second, ${coverage} edges covered`);
  if (good) continue;
  failed.push(name);
  const telling = fuzzed.stderr.split("\n").filter((line) => /panicked|assertion|left:|right:|ERROR|Test unit written/.test(line));
  console.log(telling.map((line) => `      | ${line}`).join("\n"));
}
console.log(failed.length > 0 ? `fuzz: failed: ${failed.join(", ")}; the inputs are in fuzz/artifacts/` : `fuzz: ${targets.length} targets, nothing found`);
process.exitCode = failed.length > 0 ? 1 : 0;

function run(program, parameters, options) {
  return spawnSync(program, parameters, { encoding: "utf8", stdio: ["ignore", "inherit", "inherit"], ...options });
}
