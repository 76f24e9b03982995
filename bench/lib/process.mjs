// What the operating system knows of a workerd: its processor time is the figure that stays steady on a busy machine.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

const TICKS_PER_SECOND = 100; // what Linux reports in, whatever its clock

/** Our children that run workerd. */
export function workerds() {
  const { stdout } = spawnSync("ps", ["-A", "-o", "pid=,ppid=,comm="], { encoding: "utf8" });
  const rows = (stdout ?? "").split("\n").map((line) => line.trim().split(/\s+/));
  return rows.filter(([, parent, name]) => Number(parent) === process.pid && name.includes("workerd")).map(([pid]) => Number(pid));
}

/** Seconds of processor time so far; undefined where there is no /proc. */
export function processorSeconds(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name before may hold spaces and brackets.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return undefined;
  }
}

export function residentBytes(pid) {
  const kilobytes = Number(spawnSync("ps", ["-o", "rss=", "-p", `${pid}`], { encoding: "utf8" }).stdout);
  return kilobytes > 0 ? kilobytes * 1024 : undefined;
}
