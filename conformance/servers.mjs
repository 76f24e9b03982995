// make conformance: the test client and its doctor against servers that others wrote, in released versions.
//
// Each is started on this computer, and somebody agrees to every sign-in. servers/list.mjs says how, servers/truth.mjs what
// is true of each. The client must sign in at all that name an authorization server; of the doctor's failures 97 % must be
// true, of its warnings 95 %, and nothing that is true may be missed. Ends with 'N passed, N failed'.
//
// conformance/servers.mjs better-auth oidc: these alone. UPDATE=1 writes the table into docs/DOCTOR.md. VERBOSE=1: all that
// was said.
import { install } from "./servers/install.mjs";
import { servers } from "./servers/list.mjs";
import { start, run } from "./servers/run.mjs";
import { compare, documented, shares, table } from "./servers/judge.mjs";

const asked = process.argv.slice(2);
const chosen = servers.filter(({ key }) => asked.length === 0 || asked.some((word) => key.includes(word)));
if (chosen.length === 0) {
  console.error(`conformance/servers.mjs: no server is called ${asked.join(" or ")}; there are ${servers.map(({ key }) => key).join(", ")}`);
  process.exit(2);
}
install();

const rows = [];
const waiting = [...chosen];
await Promise.all(Array.from({ length: 2 }, work));
rows.sort((a, b) => servers.indexOf(a.server) - servers.indexOf(b.server));

const total = { passed: 0, failed: 0 };
const count = (good, words) => {
  total[good ? "passed" : "failed"] += 1;
  console.log(`${good ? "ok  " : "FAIL"}  ${words}`);
};
for (const { server, client, found } of rows) {
  count(client.good, `${server.name}: the test client ${client.words}`);
  const bad = [...found.untrue.map((one) => `untrue: ${one}`), ...found.missed.map((one) => `missed: ${one}`)];
  count(found.missed.length === 0, `${server.name}: ${found.right.length} findings are true${bad.length ? "" : ", none is untrue or missed"}`);
  for (const line of bad) console.log(`      | ${line}`);
}
for (const { severity, right, all, wanted } of shares(rows)) {
  const share = all === 0 ? 1 : right / all;
  count(share >= wanted, `${right} of ${all} ${severity}s are true (${(share * 100).toFixed(1)} %, wanted ${wanted * 100} %)`);
}
const text = table(rows);
console.log(`\n${text}\n`);
if (chosen.length === servers.length) count(documented(text), "docs/DOCTOR.md has this table (UPDATE=1 writes it)");
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);

async function work() {
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const server = await start(next);
    try {
      const common = ["--no-browser", "--sign-in-timeout", "30"];
      const listed = await run(["--list", "--no-store", "--transport", "http", "--endpoint", server.url, ...common]);
      const report = await run(["doctor", server.url, "--register", "--sign-in", "--json", ...common]);
      if (process.env.VERBOSE) console.log(listed.stderr + report.stdout + report.stderr + server.output.join(""));
      rows.push({ server: next, client: signedIn(next, listed), found: compare(next, report.stdout) });
    } finally {
      server.stop();
    }
  }
}

/** Whether the client signed in, or said rightly why nobody can. */
function signedIn({ lacks }, { status, stdout, stderr }) {
  if (lacks) return { good: status === 4 && stderr.includes("does not say where"), words: `says that ${lacks}` };
  const words = stderr.includes("so both are sent") ? "signs in, and sends client_id beside Basic" : "lists the tools";
  return { good: status === 0 && stdout.includes("\n"), words: status === 0 ? words : `ends with ${status}: ${stderr.slice(-300)}` };
}
