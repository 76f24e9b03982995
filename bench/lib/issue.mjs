// A plain error as Sentry answers it: an issue, and its event of 24 frames, three of them the project's own.
const event = "4be71c0d9b52f7c41e0d9b52f1a2b3c4";
const own = (at) => at % 8 === 7;

const frames = Array.from({ length: 24 }, (_, at) => ({
  filename: own(at) ? `stock/step_${at}.py` : `/usr/lib/python3.12/site-packages/tidequeue/worker_${at}.py`,
  function: own(at) ? `recount_${at}` : `call_${at}`,
  lineNo: 100 + at,
  colNo: null,
  inApp: own(at),
  context: own(at) ? Array.from({ length: 11 }, (_, line) => [95 + at + line, `    shelf_${line} = before[isbn] + delta`]) : [],
  vars: own(at) ? { copies: "-3", isbn: "'978-0-00-104711-3'" } : null,
}));

export const issue = {
  id: "4501", shortId: "WEB-1A", title: "ValueError: copies must not be negative", culprit: "stock.count in set_copies", status: "unresolved",
  substatus: "ongoing", level: "error", issueCategory: "error", issueType: "error", count: "48", userCount: 5, platform: "python",
  firstSeen: "2026-11-14T09:00:00Z", lastSeen: "2026-11-21T06:40:12Z", project: { id: "5", slug: "web" }, assignedTo: null,
  metadata: { type: "ValueError", value: "copies must not be negative" },
};

const body = {
  id: event, eventID: event, type: "error", platform: "python", title: issue.title, dateCreated: "2026-11-21T06:40:12Z",
  release: { version: "web@1.4.0" }, user: { id: "42" }, contexts: { runtime: { name: "CPython", version: "3.12.4" } },
  tags: [["environment", "production"], ["handled", "no"], ["level", "error"], ["release", "web@1.4.0"]].map(([key, value]) => ({ key, value })),
  entries: [{ type: "exception", data: { values: [{ type: "ValueError", value: "copies must not be negative", stacktrace: { frames } }] } }],
};

/** The body for a path of the API, if it is one of the issue's. */
export function answer(path) {
  const rest = /\/issues\/(?:WEB-1A|4501)\/([^?]*)/.exec(path)?.[1];
  if (rest === "") return JSON.stringify(issue);
  if (rest === "events/latest/") return JSON.stringify(body);
  return rest === undefined ? undefined : "{}";
}
