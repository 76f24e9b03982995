// MCP's own client scenarios against mcp-test-client: everything that each revision requires, and what else applies.
// A step of `make test`; also in `make conformance`. Needs `cargo build -p mcp-test-client`.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { explained, judge, listed, results, runClient } from "./suite.mjs";

/** Extensions that this client does not have. Reasons: docs/CONFORMANCE.md. */
const foreign = {
  "auth/client-credentials-jwt": true,
  "auth/enterprise-managed-authorization": true,
  "auth/dpop": true,
  "auth/dpop-nonce": true,
  "auth/wif-jwt-bearer": true,
  "sep-2640-client-no-prefetch": true,
  "sep-2640-client-verify-digest": true,
  "sep-2640-client-verify-size": true,
  "sep-2640-client-verify-frontmatter": true,
};
/** The extensions that it has, on the newest revision's wire. */
const extensions = { "auth/client-credentials-basic": "2025-11-25" };

const command = `${process.execPath} ${join(import.meta.dirname, "client-under-test.mjs")}`;
const only = process.argv[2];
const total = { passed: 0, failed: 0 };
const seen = new Set();
const waiting = [];
for (const { scenario, versions } of await listed("client")) {
  seen.add(scenario);
  if (foreign[scenario] || (only && only !== scenario)) continue;
  const all = versions.includes("extension") ? [extensions[scenario]] : versions;
  if (all.includes(undefined)) {
    console.log(`FAIL  client ${scenario}: it is new; conformance/client.mjs says neither that it applies nor that it does not`);
    total.failed += 1;
    continue;
  }
  for (const version of all) waiting.push({ scenario, version });
}
for (const scenario of Object.keys(foreign).filter((name) => !seen.has(name))) {
  console.log(`FAIL  client ${scenario}: it is no scenario any more: take it off the list`);
  total.failed += 1;
}

const folder = join(results, "client");
rmSync(folder, { recursive: true, force: true });
// Two at a time: most of each run is waiting.
await Promise.all([work(), work()]);
total.failed += explained(foreign);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);

async function work() {
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const { scenario, version } = next;
    const isExtension = scenario in extensions;
    const options = { scenario, command, timeout: "40000", ...(!isExtension && { "spec-version": version }) };
    const { checks, status, output } = await runClient(join(folder, version), scenario, options);
    const counts = judge(`client ${version}`, [{ scenario, checks }], {});
    // Beside its checks, the suite wants the client to end well, where the scenario lets it.
    if (status !== 0 && counts.failed === 0) {
      console.log(`FAIL  client ${version} ${scenario}: the suite is not content\n${output.replace(/^/gm, "      | ")}`);
      counts.failed += 1;
      counts.passed -= 1;
    }
    total.passed += counts.passed;
    total.failed += counts.failed;
  }
}
