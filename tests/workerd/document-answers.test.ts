// Whatever the host of a metadata document answers: the page of a sign-in says what it was, `/oauth/check` finds the same, and
// a session ends only where two looks an hour apart found the document gone. The status decides before type and length.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ServedDocument, publishTo, serveDocuments } from "../support/documents.ts";
import { startAgingWorker } from "../support/later.ts";
import { type Registered, authorizationUrl, outcome, refresh, signIn, tokensOf } from "../support/oauth.ts";
import { withSentry } from "../support/site.ts";
import { documentsIn } from "../support/storage.ts";
import { soon } from "../support/wait.ts";
import { type Outgoing, type TestWorker, startWorker } from "../support/worker.ts";
import type { DemoSentry } from "../support/demo-sentry.ts";

const documents = new Map<string, ServedDocument>();
const fetched: string[] = [];
const served = serveDocuments(documents);
const outgoing: Outgoing = (request) => {
  if (request.url.startsWith(sentry.url)) return undefined;
  fetched.push(request.url);
  return served(request);
};

let sentry: DemoSentry;
withSentry((started) => (sentry = started));

const html = { "content-type": "text/html; charset=utf-8" };
const short = "<html><title>Not here</title></html>";
const long = `<html>${"x".repeat(9 * 1024)}</html>`;
const page = (status: number, body: string, headers: Record<string, string> = {}): ServedDocument => ({ status, body, headers: { ...html, ...headers } });
const to = { location: "https://elsewhere.example/client.json" };
const aPage = /^a web page \(text\/html; charset=utf-8\) instead of the document$/;

type Becomes = "gone" | "passing" | "refused";
interface Row {
  answer: ServedDocument;
  check: string;
  found: RegExp;
  becomes: Becomes;
}
const byStatus = (status: number, becomes: Becomes): [string, Row][] =>
  [short, long].map((body) => [
    `${status} with ${body.length} bytes`,
    {
      answer: page(status, body, status === 302 ? to : {}),
      check: "the status is 200",
      found: status === 302 ? /^302, a redirect, which must not be followed$/ : new RegExp(`^${status}$`),
      becomes,
    },
  ]);
const rows: [string, Row][] = [
  ...[401, 403, 302].flatMap((status) => byStatus(status, "refused")),
  ...[404, 410].flatMap((status) => byStatus(status, "gone")),
  ...[429, 500, 502, 503].flatMap((status) => byStatus(status, "passing")),
  ["200 with a short web page", { answer: page(200, short), check: "the content type is JSON", found: aPage, becomes: "passing" }],
  ["200 with a long web page", { answer: page(200, long), check: "the content type is JSON", found: aPage, becomes: "passing" }],
  ["200 with long text", { answer: page(200, long, { "content-type": "text/plain" }), check: "the content type is JSON", found: /^text\/plain$/, becomes: "gone" }],
  [
    "200 with JSON of 6 KiB",
    {
      answer: { body: { client_name: "x".repeat(6 * 1024) } },
      check: "the document is complete",
      found: /^the answer is longer than 5120 bytes$/,
      becomes: "refused",
    },
  ],
];

let clients = 0;
const publish = (): Registered => publishTo(documents, `https://answers${++clients}.example/client.json`, {}, { headers: { "cache-control": "max-age=60" } });
const publishAs = (answer: ServedDocument): Registered => {
  const client = publish();
  documents.set(client.client_id, answer);
  return client;
};

describe("a sign-in and the check", () => {
  let worker: TestWorker;
  beforeAll(async () => {
    worker = await startWorker({ sentry: sentry.url, outgoing });
  });
  afterAll(() => worker?.stop());
  const open = (client: Registered, accept = "application/json") =>
    worker.fetch(authorizationUrl(worker, client).href, { headers: { accept }, redirect: "manual" });

  // rule: clients/judged-before-its-body
  it.each(rows)("(%s) say what it is, and whether it passes", async (_, { answer, check, found, becomes }) => {
    const client = publishAs(answer);
    const before = fetched.length;
    const response = await open(client);
    expect(response.status).toBe(400);
    const body = (await response.json()) as { error: string; details: Record<string, string> };
    expect(body.error).toBe(becomes === "passing" ? "temporarily_unavailable" : "invalid_client");
    expect(body.details).toMatchObject({ Document: client.client_id, Check: check, Found: expect.stringMatching(found) });
    expect(body.details.Section).toMatch(/^CIMD §/);
    expect(fetched.slice(before), "asked once, followed nowhere").toEqual([client.client_id]);
    const html = await (await open(client, "text/html")).text();
    expect(html.includes("It may pass")).toBe(becomes === "passing");

    const url = `/oauth/check?client_id=${encodeURIComponent(client.client_id)}`;
    const report = (await (await worker.fetch(url, { headers: { accept: "application/json" } })).json()) as {
      ok: boolean;
      checks: { check: string; ok: boolean; found: string }[];
    };
    expect(report.ok).toBe(false);
    const [broken] = report.checks.filter(({ ok }) => !ok);
    expect([broken!.check, broken!.found]).toEqual([check, body.details.Found]);

    // Nothing is remembered against the client.
    publishTo(documents, client.client_id);
    expect((await open(client, "text/html")).status).toBe(200);
  });
});

describe("a client with a session", () => {
  // rule: clients/judged-before-its-body
  // rule: clients/hourly-look
  it("goes on whatever is found, save where two looks find its document gone", { timeout: 120_000 }, async () => {
    await using aging = await startAgingWorker({ sentry: sentry.url, outgoing });
    const sessions: { name: string; row: Row; client: Registered; token: string }[] = [];
    for (const [name, row] of rows) {
      const client = publish();
      const { tokens } = await signIn(aging.worker, { client });
      sessions.push({ name, row, client, token: tokens.refresh_token });
    }
    for (const { client, row } of sessions) documents.set(client.client_id, row.answer);
    for (let look = 1; look <= 2; look++) {
      await aging.wait(3700);
      const before = fetched.length;
      for (const session of sessions) {
        const answer = await refresh(aging.worker, session.client, session.token);
        expect(answer.status, `${session.name}, look ${look}`).toBe(200);
        session.token = (await tokensOf(answer)).refresh_token;
      }
      const noted = ({ gone_since, gone }: { gone_since?: number; gone?: boolean }) => (look === 1 ? gone_since : gone);
      await soon(() => {
        expect(fetched.length - before).toBe(sessions.length);
        expect(documentsIn(aging.folder).filter(noted)).toHaveLength(sessions.filter(({ row }) => row.becomes === "gone").length);
      });
      await aging.worker.flushedLogs();
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    for (const { name, row, client, token } of sessions) {
      const expected = row.becomes === "gone" ? "401 invalid_client" : "200";
      expect(await outcome(await refresh(aging.worker, client, token)), name).toBe(expected);
    }
  });
});
