// What leaves for others' tools to watch, made of a line of the log, so that nothing leaves which the log may not hold: a span
// for each line (OTLP/HTTP with JSON), and faults of ours to Sentry. Nothing here ever fails a request.

/** A member of the line, and the attribute that it is. Names are those of OpenTelemetry's conventions for HTTP and MCP, where they have one. */
const ATTRIBUTES = {
  method: "http.request.method",
  route: "http.route",
  path: "url.path",
  status: "http.response.status_code",
  error: "error.type",
  tool: "gen_ai.tool.name",
  version: "mcp.protocol.version",
  person: "enduser.pseudo.id",
  client: "smcp.client",
  kind: "smcp.client.kind",
  family: "smcp.client.family",
  grant: "smcp.grant",
  sign_in: "smcp.sign_in",
  outcome: "smcp.outcome",
  reason: "smcp.reason",
  storage_ms: "smcp.storage_ms",
  upstream_ms: "smcp.upstream_ms",
  own_ms: "smcp.own_ms",
  calls: "smcp.upstream_calls",
};
const SERVICE = "hosted-sentry-mcp";

const attribute = (key, value) => ({ key, value: typeof value === "number" ? { intValue: `${value}` } : { stringValue: value } });

/** The span of a request: it began at this time, in milliseconds, below this span of its caller or none. */
function span(facts, began, parent) {
  const { operation, tool, status, level, error, ms } = facts;
  const isMcp = facts.route === "/mcp" && operation !== undefined;
  const attributes = Object.entries(ATTRIBUTES).flatMap(([name, key]) => (facts[name] === undefined ? [] : [attribute(key, facts[name])]));
  if (operation !== undefined) attributes.push(attribute(isMcp ? "mcp.method.name" : "smcp.operation", operation));
  if (isMcp && tool) attributes.push(attribute("gen_ai.operation.name", "execute_tool"));
  const nanoseconds = (milliseconds) => `${milliseconds}000000`;
  return {
    traceId: facts.trace,
    spanId: facts.request,
    ...(parent && { parentSpanId: parent }),
    name: isMcp ? [operation, tool].filter(Boolean).join(" ") : `${facts.method} ${facts.route}`,
    kind: 2,
    startTimeUnixNano: nanoseconds(began),
    endTimeUnixNano: nanoseconds(began + ms),
    attributes,
    // A span of a server is an error where the server failed (conventions for HTTP, Status).
    status: status >= 500 || level !== "info" ? { code: 2, message: error ?? "" } : {},
  };
}

const post = (url, headers, body) =>
  fetch(url, { method: "POST", headers, body, redirect: "manual", signal: AbortSignal.timeout(5000) }).then(
    (answer) => answer.body?.cancel(),
    () => {},
  );

/** Posts the span of a line. `headers`: `name=value`, with commas between them. */
function sendSpan(facts, began, parent, url, headers, release) {
  const sent = { "content-type": "application/json" };
  for (const pair of headers.split(",")) {
    const [name, ...value] = pair.split("=");
    if (value.length > 0) sent[name.trim()] = decodeURIComponent(value.join("=").trim());
  }
  const resource = { attributes: [attribute("service.name", SERVICE), attribute("service.version", release)] };
  const scopeSpans = [{ scope: { name: SERVICE, version: release }, spans: [span(facts, began, parent)] }];
  return post(url, sent, JSON.stringify({ resourceSpans: [{ resource, scopeSpans }] }));
}

/** Faults that one isolate reports in a minute. */
const MOST = 10;
let [minute, reported] = [0, 0];

/** Reports a fault of ours: which check it was and where, by words of ours. Who met it is in the log, under the request's id. */
function sendFault(facts, url, key, release) {
  const now = Math.floor(Date.now() / 60_000);
  if (now !== minute) [minute, reported] = [now, 0];
  reported += 1;
  if (reported > MOST) return undefined;
  const { request, trace, route, operation, error, reason, status } = facts;
  const event = {
    event_id: crypto.randomUUID().replaceAll("-", ""),
    timestamp: Date.now() / 1000,
    platform: "other",
    level: "error",
    logger: SERVICE,
    release: `${SERVICE}@${release}`,
    transaction: route,
    message: { formatted: `${error ?? status}: ${reason ?? "no reason"}` },
    fingerprint: [route, error ?? `${status}`, reason ?? ""],
    tags: { route, operation, status: `${status}`, request },
    contexts: { trace: { trace_id: trace, span_id: request, op: "http.server" } },
  };
  const lines = [{ event_id: event.event_id }, { type: "event" }, event].map((line) => JSON.stringify(line));
  const headers = { "content-type": "application/x-sentry-envelope", "x-sentry-auth": `Sentry sentry_version=7, sentry_client=${SERVICE}/${release}, sentry_key=${key}` };
  return post(url, headers, lines.join("\n"));
}

/** Sends what a line of the log leads to. `to`: the URL and headers for spans, the URL and key for faults; empty where there is none. */
export async function watch(line, began, parent, [spans, headers, faults, key], release) {
  try {
    const facts = JSON.parse(line);
    const sending = [];
    if (spans) sending.push(sendSpan(facts, began, parent, spans, headers, release));
    if (faults && facts.level === "error") sending.push(sendFault(facts, faults, key, release));
    await Promise.all(sending);
  } catch {
    // A header that cannot be sent, say: the line itself is in the log.
  }
}
