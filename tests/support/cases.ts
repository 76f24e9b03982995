// A Sentry of issues in the shapes that real SDKs and servers send: the files of crates/sentry-tools/tests/cases, and what
// the tools say of them. Everything else of that Sentry is answered by nobody.
import { readFileSync, readdirSync } from "node:fs";
import { type Server, createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { dirname, join } from "node:path";

const folder = join(dirname(dirname(import.meta.dirname)), "crates/sentry-tools/tests/cases");
export const ORGANIZATION = "lighthouse-books";

/** What Sentry says of an issue where a case says nothing else. */
const PLAIN = {
  permalink: null, status: "unresolved", statusDetails: {}, substatus: "ongoing", isUnhandled: false, priority: "medium", numComments: 0,
  userReportCount: 0, assignedTo: null, annotations: [], count: "48", userCount: 5, firstSeen: "2026-11-14T09:00:00Z",
  lastSeen: "2026-11-21T06:40:12Z", firstRelease: null, lastRelease: null,
};

export interface Case {
  name: string;
  /** The issue's short id. */
  issueId: string;
}

type Members = Record<string, unknown>;
const read = (name: string) => JSON.parse(readFileSync(join(folder, "events", `${name}.json`), "utf8")) as Members & { issue: Members };

export const cases: Case[] = readdirSync(join(folder, "events")).map((file) => {
  const name = file.replace(/\.json$/, "");
  return { name, issueId: String(read(name).issue.shortId) };
});

export const TOOLS = ["get_issue_details", "get_event_stacktrace", "get_issue_breadcrumbs"];

/** The answer that was reviewed for a case and a tool. There nothing beside issue and event could be fetched, here there is nothing. */
export const reviewed = (name: string, tool: string) =>
  readFileSync(join(folder, "answers", `${name}.${tool}.md`), "utf8").replace(/\n\nCould not be fetched: .*/, "");

/** An answer as it would be of the Sentry of the reviewed ones. */
export const asReviewed = (text: string, base: string) => text.replaceAll(base, "https://sentry.example");

/** The body for a path of the API, if it is one of a case. */
export function answer(path: string): unknown {
  const [, issueId, rest] = /^\/api\/0\/organizations\/lighthouse-books\/issues\/([^/]+)\/(.*)$/.exec(path) ?? [];
  const found = cases.find((each) => each.issueId === issueId);
  if (!found) return undefined;
  const { issue, ...event } = read(found.name);
  if (rest === "") return { ...PLAIN, ...issue };
  return rest === "events/latest/" ? event : undefined;
}

export interface CaseSentry {
  /** Its base URL, without a slash at the end. */
  url: string;
  stop(): Promise<void>;
}

export async function startCaseSentry(): Promise<CaseSentry> {
  const server: Server = createServer((request, response) => {
    const body = answer(new URL(request.url ?? "/", "http://sentry").pathname);
    response.writeHead(body === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(body ?? { detail: "There is no such thing." }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
