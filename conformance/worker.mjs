// make conformance: MCP's own server scenarios that need no fixture, against the built worker. The suite sends no
// token, so that a proxy in between adds the one of a person who has signed in.
//
// Needs `make build` and the local Sentry.
import { rmSync } from "node:fs";
import { createServer, request } from "node:http";
import { join } from "node:path";
import { startDemoSentry } from "../tests/support/demo-sentry.ts";
import { signIn } from "../tests/support/oauth.ts";
import { startWorker } from "../tests/support/worker.ts";
import { explained, judge, results, runServer } from "./suite.mjs";

const scenarios = {
  "2025-11-25": ["server-initialize", "ping", "tools-list", "resources-list", "prompts-list", "dns-rebinding-protection"],
  "2026-07-28": [
    "server-stateless",
    "tools-list",
    "resources-list",
    "sep-2164-resource-not-found",
    "prompts-list",
    "dns-rebinding-protection",
    "caching",
    "http-header-validation",
    "server-sse-multiple-streams",
    "input-required-result-unsupported-methods",
  ],
};

/** These checks call fixture tools; conformance/protocol.mjs runs them against the same code. */
const excused = {
  "2025-11-25": {},
  "2026-07-28": {
    "server-stateless": [
      "sep-2575-server-rejects-undeclared-capability",
      "sep-2575-missing-capability-http-400",
      "sep-2575-http-server-no-independent-requests-on-stream",
      "sep-2575-server-no-log-without-loglevel",
    ],
  },
};

const sentry = await startDemoSentry();
const worker = await startWorker({ sentry: sentry.url });
const { tokens } = await signIn(worker);
const proxy = await startProxy(new URL(worker.origin), tokens.access_token);
const total = { passed: 0, failed: 0 };
try {
  for (const [version, names] of Object.entries(scenarios)) {
    const folder = join(results, "worker", version);
    rmSync(folder, { recursive: true, force: true });
    const found = [];
    for (const scenario of names) {
      found.push(...(await runServer(proxy.url, join(folder, scenario), { scenario, "spec-version": version })));
    }
    const { passed, failed } = judge(`worker ${version}`, found, excused[version]);
    total.passed += passed;
    total.failed += failed + explained(excused[version]);
  }
} finally {
  proxy.server.close();
  proxy.server.closeAllConnections();
  await Promise.all([worker.stop(), sentry.stop()]);
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);

/** Hands requests on, `Host` and `Origin` included, unless they name the proxy itself. */
function startProxy(worker, token) {
  return new Promise((resolve) => {
    const server = createServer((from, to) => {
      const own = `127.0.0.1:${server.address().port}`;
      const headers = { ...from.headers, authorization: `Bearer ${token}` };
      if (headers.host === own) headers.host = worker.host;
      if (headers.origin === `http://${own}`) headers.origin = worker.origin;
      const { method, url: path } = from;
      const onward = request({ hostname: worker.hostname, port: worker.port, method, path, headers }, (answer) => {
        to.writeHead(answer.statusCode, answer.rawHeaders);
        answer.pipe(to);
      });
      onward.on("error", () => to.destroy());
      from.pipe(onward);
    });
    server.listen(0, "127.0.0.1", () => resolve({ server, url: `http://127.0.0.1:${server.address().port}/mcp` }));
  });
}
