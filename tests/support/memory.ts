// The memory of the built worker's wasm, and a Sentry whose answers are as long as one may be.
import { Response } from "miniflare";
import type { Outgoing, TestWorker } from "./worker.ts";

const PATH = "/wasm-memory-of-this-test";

/**
 * An entry before the built one that tells, at a path of its own, how much memory the wasm has: in bytes, of all
 * instances that there were. The bundle keeps its memory to itself, so what makes an instance is watched.
 */
export function inFront(script: string): Record<string, string> {
  const contents = `
    import worker from "./${script}";
    import { memories } from "./instances.js";
    export * from "./${script}";
    export default {
      fetch(request, env, context) {
        if (new URL(request.url).pathname !== ${JSON.stringify(PATH)}) return worker.fetch(request, env, context);
        return new Response(JSON.stringify(memories.map((memory) => memory.buffer.byteLength)));
      },
    };`;
  const watch = `
    export const memories = [];
    WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
      construct(Instance, values) {
        const instance = new Instance(...values);
        memories.push(instance.exports.memory);
        return instance;
      },
    });`;
  // What is imported first runs first.
  const entry = `import "./instances.js";\n${contents}`;
  return { "with-memory.js": entry, "instances.js": watch };
}

/** In bytes, of a worker that was started with `inFront`. */
export async function wasmMemory(worker: TestWorker): Promise<number> {
  const sizes = (await (await worker.fetch(PATH)).json()) as number[];
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** A little less than the longest answer that is read. */
export const LONGEST = 4 * 1024 * 1024 - 1024;

const TRACE = "5d3a9c1be7f04862a1c40d9be8273f61";

/** As many different ones as are about `bytes` long in all. */
function upTo(bytes: number, make: (n: number) => object): string {
  const parts: string[] = [];
  for (let left = bytes - 2; ; ) {
    const part = JSON.stringify(make(parts.length));
    left -= part.length + 1;
    if (left < 0) return `[${parts.join(",")}]`;
    parts.push(part);
  }
}

/** A hundred, as a page has them, each with as much of `filler` as makes the page about `bytes` long. */
function page(bytes: number, make: (n: number, filler: unknown) => object, filler: (n: number) => object): string {
  const each = Math.floor((bytes - 2) / 100) - 1 - JSON.stringify(make(99, 0)).length;
  return JSON.stringify(Array.from({ length: 100 }, (_, n) => make(n, JSON.parse(upTo(each, filler)))));
}

const hex = (n: number, length: number) => n.toString(16).padStart(length, "0");

/** Chained as deep as real ones, with what Sentry says of each. */
const trace = (bytes: number) =>
  upTo(bytes, (n) => {
    const span = (id: number, children: object[]): object => ({
      children, errors: [], occurrences: [], event_id: hex(id, 16), transaction_id: TRACE, project_id: 1, project_slug: "checkout",
      profile_id: "", profiler_id: "", parent_span_id: null, start_timestamp: 1_760_000_000.25 + id, end_timestamp: 1_760_000_001.5 + id,
      measurements: {}, duration: id % 900, transaction: "/api/orders", is_transaction: children.length > 0,
      description: `SELECT "book"."id", "book"."title" FROM "book" WHERE "book"."shelf_id" = ${id}`, sdk_name: "sentry.python",
      op: "db", name: "db", event_type: "span", additional_attributes: { "db.system": "postgresql", "server.port": 5432 },
    });
    return span(n * 10, [span(n * 10 + 1, [span(n * 10 + 2, [])]), span(n * 10 + 3, [])]);
  });

/** With who has seen each, as Sentry adds it. */
const issues = (bytes: number) =>
  page(
    bytes,
    (n, filler) => ({
      id: String(9000 + n), shortId: `CHECKOUT-${n}`, title: "OperationalError", culprit: "orders.views.create", status: "unresolved",
      level: "error", count: "12", userCount: 3, firstSeen: "2025-01-01T00:00:00Z", lastSeen: "2025-01-02T00:00:00Z",
      project: { id: "1", slug: "checkout" }, metadata: { type: "OperationalError", value: "no pool" }, seenBy: filler,
    }),
    (n) => ({
      id: String(n), name: `Reader ${n}`, username: `reader-${n}`, email: `reader-${n}@books.example`, isActive: true, has2fa: n % 2 === 0,
      avatar: { avatarType: "letter_avatar", avatarUuid: null }, lastSeen: "2025-01-02T00:00:00Z",
    }),
  );

const replays = (bytes: number) =>
  `{"data":${page(
    bytes - 12,
    (n, filler) => ({ id: hex(n, 32), started_at: "2025-01-01T00:00:00Z", duration: 60, count_errors: 1, urls: filler, project_id: "1" }),
    (n) => Object(`https://books.example/shelf/${n}?from=search&page=${n % 7}`),
  )}}`;

/** With what a program attached to it: many small things. */
const event = (bytes: number) => {
  const whole = (own: string) =>
    `{"id":"1","eventID":"${hex(7, 32)}","title":"OperationalError","type":"error","platform":"python","tags":[{"key":"environment","value":"production"}],` +
    `"entries":[{"type":"exception","data":{"values":[{"type":"OperationalError","value":"no pool","stacktrace":{"frames":[{"filename":"orders/views.py",` +
    `"function":"create","lineNo":12,"inApp":true}]}}]}}],"contexts":{"cart":${own}}}`;
  return whole(upTo(bytes - whole("").length, (n) => ({ book: `978-0-00-${n}`, copies: n % 9, gift: false, note: `wrap it in "paper" no ${n}` })));
};

/** Of each kind of answer that is long in practice: where it is asked for, what it says, and a call that reads it. */
const organizationSlug = "lighthouse-books";
const kinds = {
  trace: { path: /\/trace\/[0-9a-f]{32}\/$/, body: trace, call: ["get_trace_details", { organizationSlug, traceId: TRACE }] },
  issues: { path: /\/organizations\/[^/]+\/issues\/$/, body: issues, call: ["search_issues", { organizationSlug }] },
  replays: { path: /\/replays\/$/, body: replays, call: ["search_events", { organizationSlug, dataset: "replays", query: "" }] },
  event: { path: /\/issues\/[^/]+\/events\/[^/]+\/$/, body: event, call: ["get_issue_details", { organizationSlug, issueId: "CHECKOUT-7" }] },
} as const;

/** Calls of tools, each of which has one answer of the longest kind. */
export const LARGE_CALLS = Object.values(kinds).map(({ call: [name, args] }) => ({ name, arguments: args }));

/** A Sentry whose long answers have so many bytes; everything else is left to the next. */
export function largeAnswers(bytes: number): Outgoing {
  const bodies = Object.values(kinds).map(({ path, body }) => ({ path, body: body(bytes) }));
  return ({ url }) => {
    const { pathname } = new URL(url);
    const found = bodies.find(({ path }) => path.test(pathname));
    return found && new Response(found.body, { headers: { "content-type": "application/json" } });
  };
}
