// Cloudflare's list prices of the Workers Paid plan, what the server is assumed to be used for, and what follows.

const docs = (path) => `[${path.split("/").filter((part) => part !== "platform" && part !== "").slice(0, 1)} pricing](https://developers.cloudflare.com/${path})`;
const workers = docs("workers/platform/pricing/");
const kv = docs("kv/platform/pricing/");
const objects = docs("durable-objects/platform/pricing/");
const analytics = docs("analytics/analytics-engine/pricing/");

/** `per`: the unit of `price`. `free`: what a month includes. */
export const PRICES = [
  { key: "requests", what: "requests of the worker", price: 0.3, per: 1e6, free: 10e6, of: "million", included: "10 million", source: workers },
  { key: "cpu", what: "processor time of the worker", price: 0.02, per: 1e6, free: 30e6, of: "million ms", included: "30 million ms", source: workers },
  { key: "kvReads", what: "reads of KV", price: 0.5, per: 1e6, free: 10e6, of: "million", included: "10 million", source: kv },
  { key: "kvWrites", what: "writes of KV", price: 5, per: 1e6, free: 1e6, of: "million", included: "1 million", source: kv },
  { key: "objectRequests", what: "calls and alarms of objects", price: 0.15, per: 1e6, free: 1e6, of: "million", included: "1 million", source: objects },
  { key: "duration", what: "time that objects run", price: 12.5, per: 1e6, free: 400_000, of: "million GB-s", included: "400,000 GB-s", source: objects },
  { key: "rowsRead", what: "rows that objects read", price: 0.001, per: 1e6, free: 25e9, of: "million", included: "25 billion", source: objects },
  { key: "rowsWritten", what: "rows that objects write, alarms set", price: 1, per: 1e6, free: 50e6, of: "million", included: "50 million", source: objects },
  { key: "stored", what: "what objects store", price: 0.2, per: 1, free: 5, of: "GB and month", included: "5 GB", source: objects },
  { key: "log", what: "events in Workers Logs", price: 0.6, per: 1e6, free: 20e6, of: "million", included: "20 million", source: workers },
  { key: "points", what: "points in Analytics Engine", price: 0.25, per: 1e6, free: 10e6, of: "million", included: "10 million", source: analytics },
];

const CPU_MS = 4;
const OBJECT_SECONDS = 0.01;
const SENTRY_SECONDS = 0.2;
/** What Cloudflare counts for an object, whatever it uses. */
const OBJECT_GB = 0.128;
const [PEOPLE, CLIENTS, DAYS, HOURS, CALLS, LISTS, NEW] = [10_000, 2.5, 22, 8, 60, 10, 0.15];
const GRANTS = PEOPLE * CLIENTS;
const GRANT_KB = 24;

/** Calls and refreshes a second, during the hours of work. */
const RATE = (GRANTS * (CALLS + LISTS + HOURS)) / (HOURS * 3600);

export const assumptions = [
  { what: "people, and clients that each has connected", text: `${PEOPLE.toLocaleString("en-US")}, ${CLIENTS}: ${GRANTS.toLocaleString("en-US")} grants` },
  { what: "days a month and hours a day on which a client is used", text: `${DAYS}, ${HOURS}; it refreshes once an hour` },
  { what: "tool calls of a client a day, and times that it lists tools", text: `${CALLS}, ${LISTS}` },
  { what: "that is, requests a second during these hours", text: `${RATE.toFixed(0)} in the mean, and ${(RATE * 10).toFixed(0)} at the worst minute (ten times)` },
  { what: "sign-ins a month, per grant", text: `${NEW}` },
  { what: "processor time of a request of the worker", text: `${CPU_MS} ms: the four of a sign-in take some 14 on a machine of its own, Miniflare's workers and the objects included` },
  { what: "time that an object runs for a call", text: `${OBJECT_SECONDS * 1000} ms, and ${SENTRY_SECONDS * 1000} ms more where it waits for Sentry` },
  { what: "storage of a grant with its line and registration", text: `${GRANT_KB} kB, of which 12 kB are those of any SQLite database` },
  { what: "events in the log", text: "one for each invocation of the worker or an object, and one for each line (`[observability]` in wrangler.toml, no sampling)" },
];

/** The parts of a price, in the order of the table. */
export const parts = ["requests", "cpu", "KV", "objects", "log", "points"];

/** What one costs, by the keys of PRICES. */
function used({ kvReads, kvWrites, objectRequests, alarms, rowsRead, rowsWritten, fetches, lines }, name) {
  const isRequest = !name?.startsWith("the alarm");
  const calls = objectRequests + alarms;
  const waits = name?.includes("renews") ? fetches * SENTRY_SECONDS : 0;
  const worker = isRequest ? 1 : 0;
  return {
    requests: worker,
    cpu: worker * CPU_MS,
    kvReads,
    kvWrites,
    objectRequests: calls,
    duration: OBJECT_GB * (calls * OBJECT_SECONDS + waits),
    rowsRead,
    rowsWritten,
    log: worker + calls + lines,
    points: worker,
  };
}

const priced = (amounts, keys) => keys.reduce((sum, key) => sum + (amounts[key] * PRICES.find((price) => price.key === key).price) / PRICES.find((price) => price.key === key).per, 0);

/** The cost of a million, by part. */
export function million(counted, name) {
  const amounts = used(counted, name);
  const of = (...keys) => 1e6 * priced(amounts, keys);
  return { requests: of("requests"), cpu: of("cpu"), KV: of("kvReads", "kvWrites"), objects: of("objectRequests", "duration", "rowsRead", "rowsWritten"), log: of("log"), points: of("points") };
}

/** A month as it is assumed: how many requests of each kind, and the bill. */
export function month(operations) {
  const signIns = GRANTS * NEW;
  const refreshes = GRANTS * DAYS * HOURS;
  const counts = {
    "metadata document": signIns * 3,
    "401 at /mcp": signIns + refreshes,
    registration: signIns,
    "authorize: the page": signIns,
    "authorize: the approval": signIns,
    callback: signIns,
    "token: a code": signIns,
    "the alarm a minute after a sign-in": signIns,
    "token: a refresh": refreshes * 0.99,
    "token: a refresh that renews Sentry's token": refreshes * 0.01,
    // An isolate that has not seen the token asks its grant: once for each place and refresh, and then some.
    "MCP: a token that this isolate has not seen": refreshes * 3,
    "MCP: tools/list": GRANTS * DAYS * LISTS,
    "MCP: a tool that asks Sentry once": GRANTS * DAYS * CALLS,
    "connected apps: the page": PEOPLE * 0.2,
    "connected apps: one disconnected": PEOPLE * 0.05,
    revocation: GRANTS * 0.05,
  };
  const total = { stored: (GRANTS * GRANT_KB) / 1e6 };
  const rows = Object.entries(counts).map(([what, count]) => {
    if (!(what in operations)) throw new Error(`proof/scale/operations.json counts no '${what}'`);
    const amounts = used(operations[what], what);
    for (const [key, amount] of Object.entries(amounts)) total[key] = (total[key] ?? 0) + amount * count;
    return { what, count, cost: count * priced(amounts, Object.keys(amounts)) };
  });
  const bill = PRICES.map(({ key, what, price, per, free }) => ({ what, used: total[key], included: free, cost: (Math.max(0, total[key] - free) * price) / per }));
  bill.push({ what: "the plan itself", used: 1, included: 0, cost: 5 });
  bill.push({ what: "**all**", used: rows.reduce((sum, { count }) => sum + count, 0), included: 0, cost: bill.reduce((sum, { cost }) => sum + cost, 0) });
  return { rows, bill };
}
