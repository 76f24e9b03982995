// What watches from outside, on a loopback port: a collector of OpenTelemetry (OTLP/HTTP with JSON), which refuses what it cannot
// read as one would, and a Sentry that takes envelopes.
import { type IncomingMessage, createServer } from "node:http";
import type { AddressInfo } from "node:net";

type Value = string | number;

export interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  start: bigint;
  end: bigint;
  attributes: Record<string, Value>;
  status: { code?: number; message?: string };
  resource: Record<string, Value>;
}

export interface Fault {
  auth: string;
  event: Record<string, any>;
}

export interface Collector {
  url: string;
  spans: Span[];
  faults: Fault[];
  /** Bodies as they came. */
  bodies: string[];
  headers: IncomingMessage["headers"][];
  /** What it could not read. */
  refused: string[];
  /** Answers nothing from now on, as long as it is set. */
  silent: boolean;
  /** So many senders were not answered, and have given up. */
  gone: number;
  stop(): Promise<void>;
}

export async function startCollector(): Promise<Collector> {
  const collector: Omit<Collector, "url" | "stop"> = { spans: [], faults: [], bodies: [], headers: [], refused: [], silent: false, gone: 0 };
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    if (collector.silent) {
      response.once("close", () => void (collector.gone += 1));
      return;
    }
    collector.bodies.push(body);
    collector.headers.push(request.headers);
    try {
      if (request.url === "/v1/traces") collector.spans.push(...readSpans(request, body));
      else if (request.url === "/api/42/envelope/") collector.faults.push(readEnvelope(request, body));
      else throw new Error(`nothing at ${request.url}`);
      response.end("{}");
    } catch (error) {
      collector.refused.push(String(error));
      response.writeHead(400).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return Object.assign(collector, { url, stop });
}

/** ExportTraceServiceRequest in protobuf's JSON form, as OTLP has it: ids in hexadecimal digits, 64-bit numbers as text. */
function readSpans(request: IncomingMessage, body: string): Span[] {
  check(request.headers["content-type"] === "application/json", "the content type");
  const { resourceSpans, ...rest } = JSON.parse(body);
  check(Object.keys(rest).length === 0, "members that a request does not have");
  return resourceSpans.flatMap(({ resource, scopeSpans }: any) =>
    scopeSpans.flatMap(({ scope, spans }: any) => {
      check(typeof scope.name === "string", "a scope's name");
      return spans.map((span: any) => readSpan(span, readAttributes(resource.attributes)));
    }),
  );
}

function readSpan(span: any, resource: Record<string, Value>): Span {
  const known = ["traceId", "spanId", "parentSpanId", "name", "kind", "startTimeUnixNano", "endTimeUnixNano", "attributes", "status"];
  for (const name of Object.keys(span)) check(known.includes(name), `a span has no ${name}`);
  check(/^[0-9a-f]{32}$/.test(span.traceId) && /^[0-9a-f]{16}$/.test(span.spanId), "ids");
  check(span.parentSpanId === undefined || /^[0-9a-f]{16}$/.test(span.parentSpanId), "the parent's id");
  check(typeof span.name === "string" && span.name !== "", "a name");
  check([0, 1, 2, 3, 4, 5].includes(span.kind), "a kind");
  const times = [span.startTimeUnixNano, span.endTimeUnixNano];
  check(times.every((time) => typeof time === "string" && /^\d{19}$/.test(time)), "times in nanoseconds");
  const [start, end] = times.map(BigInt) as [bigint, bigint];
  check(start <= end, "an end before the start");
  const { traceId, spanId, parentSpanId, name, kind, status } = span;
  check([undefined, 0, 1, 2].includes(status.code), "a status");
  return { traceId, spanId, parentSpanId, name, kind, start, end, attributes: readAttributes(span.attributes), status, resource };
}

function readAttributes(list: any[]): Record<string, Value> {
  const read = list.map(({ key, value }) => {
    const [[kind, held], ...more] = Object.entries(value) as [[string, unknown]];
    check(more.length === 0 && typeof held === "string", `the value of ${key}`);
    if (kind === "stringValue") return [key, held as string];
    check(kind === "intValue" && /^-?\d+$/.test(held as string), `the value of ${key}`);
    return [key, Number(held)];
  });
  check(new Set(list.map(({ key }) => key)).size === list.length, "an attribute twice");
  return Object.fromEntries(read);
}

function readEnvelope(request: IncomingMessage, body: string): Fault {
  check(request.headers["content-type"] === "application/x-sentry-envelope", "the content type");
  const [head, item, event, ...more] = body.split("\n").map((line) => JSON.parse(line));
  check(more.length === 0 && item.type === "event", "one event");
  check(/^[0-9a-f]{32}$/.test(event.event_id) && head.event_id === event.event_id, "the event's id");
  return { auth: String(request.headers["x-sentry-auth"]), event };
}

function check(good: boolean, what: string): void {
  if (!good) throw new Error(`the collector does not take ${what}`);
}
