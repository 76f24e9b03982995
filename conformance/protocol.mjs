// MCP's own server scenarios against crates/mcp, behind conformance/host: everything that 2025-11-25 and 2026-07-28
// require. A step of `make test`; also in `make conformance`. Needs `cargo build -p mcp-conformance-host`.
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { explained, judge, results, runServer } from "./suite.mjs";

/** What needs a stream to the client, or an extension that is not declared. Reasons: docs/CONFORMANCE.md. */
const excused = {
  "2025-11-25": {
    "elicitation-sep1034-defaults": true,
    "elicitation-sep1330-enums": true,
    "logging-set-level": true,
    "resources-subscribe": true,
    "resources-unsubscribe": true,
    "server-session-lifecycle": true,
    "server-sse-multiple-streams": true,
    "server-sse-polling": true,
    "tools-call-elicitation": true,
    "tools-call-sampling": true,
    "tools-call-with-logging": true,
    "tools-call-with-progress": true,
  },
  "2026-07-28": {
    "http-custom-header-server-validation": true,
    "tasks-capability-negotiation": true,
    "tasks-dispatch-and-envelope": true,
    "tasks-lifecycle": true,
    "tasks-mrtr-composition": true,
    "tasks-mrtr-input": true,
    "tasks-request-headers": true,
    "tasks-request-state-removal": true,
    "tasks-required-task-error": true,
    "tasks-status-notifications": true,
    "tasks-wire-fields": true,
    "tools-call-with-progress": true,
  },
};

const target = process.env.CARGO_TARGET_DIR ?? join(dirname(import.meta.dirname), "target");
const host = spawn(join(target, "debug", "mcp-conformance-host"), [], { stdio: ["ignore", "pipe", "inherit"] });
const total = { passed: 0, failed: 0 };
try {
  const url = await new Promise((resolve, reject) => {
    host.once("error", reject);
    host.once("exit", (code) => reject(new Error(`the host ended with ${code}`)));
    createInterface({ input: host.stdout }).on("line", (line) => resolve(line.replace("ready: ", "")));
  });
  for (const [version, excuses] of Object.entries(excused)) {
    const folder = join(results, "protocol", version);
    rmSync(folder, { recursive: true, force: true });
    const found = await runServer(url, folder, { requirements: version });
    const { passed, failed } = judge(version, found, excuses);
    total.passed += passed;
    total.failed += failed + explained(excuses);
  }
} finally {
  host.removeAllListeners("exit");
  host.kill();
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);
