// What a person is told before they say yes, word by word, and that they are asked each time.
import { describe, expect, it } from "vitest";
import { type ServedDocument, publishTo, serveDocuments } from "../support/documents.ts";
import { REDIRECT_URI, type Registered, authorizationUrl, authorize, register } from "../support/oauth.ts";
import { Person } from "../support/person.ts";
import { withSite } from "../support/site.ts";
import { accountUrl } from "../support/account.ts";
import type { TestWorker } from "../support/worker.ts";

const documents = new Map<string, ServedDocument>();
let worker: TestWorker;
withSite((site) => ({ worker } = site), { outgoing: serveDocuments(documents) });

let documentsOf = 0;
const publish = (change: Record<string, unknown> = {}) => publishTo(documents, `https://words${++documentsOf}.example/client.json`, change);
const textOf = async (client: Registered, redirect_uri = client.redirect_uris[0]!) => {
  const response = await worker.fetch(authorizationUrl(worker, client, { redirect_uri }).href);
  expect(response.status).toBe(200);
  return response.text();
};

describe("consent", () => {
  it("is asked again of a browser that has approved the same, for every client", async () => {
    const chat = new URL((await worker.fetch("/api/auth/authorize")).headers.get("location")!, worker.url);
    for (const [url, client] of [
      ...[await register(worker), publish()].map((client) => [authorizationUrl(worker, client), client] as const),
      [chat, undefined] as const,
    ]) {
      const person = new Person();
      for (let times = 0; times < 3; times++) {
        // A URL would be an answer without a question.
        expect(await person.consent(url), client?.client_id).not.toBeInstanceOf(URL);
        await person.authorize(url);
      }
    }
  });

  it("is asked of one who is signed in to the page of connected apps, too", async () => {
    const person = new Person();
    const away = await person.request(accountUrl(worker));
    await person.request(await person.atSentry(new URL(away.headers.get("location")!)));
    const client = await register(worker);
    await authorize(worker, { client, person });
    expect(await person.consent(authorizationUrl(worker, client))).not.toBeInstanceOf(URL);
  });

  it("is not got around by who sends a person to Sentry past this page", async () => {
    const attacker = new Person();
    const begun = await attacker.consent(authorizationUrl(worker, await register(worker)));
    if (begun instanceof URL) throw new Error(`answered at once: ${begun}`);
    const leaving = await attacker.decide(begun);
    const victim = new Person();
    await victim.consent(authorizationUrl(worker, await register(worker)));
    // Sentry's own page, with our client id: what the victim approved there before may let them through at once.
    for (const state of [leaving.searchParams.get("state"), "made-up", null]) {
      const straight = new URL(leaving);
      if (state === null) straight.searchParams.delete("state");
      else straight.searchParams.set("state", state);
      const callback = await victim.atSentry(straight);
      expect(callback.searchParams.get("code"), "a good code of Sentry").toBeTruthy();
      const landed = await victim.request(callback);
      expect([landed.status, landed.headers.has("location")], String(state)).toEqual([400, false]);
    }
  });
});

describe("the consent page", () => {
  it("has a name in quotation marks wherever it has one", async () => {
    const name = "Sentry ✓ verified";
    for (const client of [await register(worker, { client_name: name }), publish({ client_name: name })]) {
      const html = await textOf(client);
      const places = html.split(name).slice(0, -1).map((before, place) => [before.slice(-20), html.split(name)[place + 1]!.slice(0, 20)]);
      expect(places.length).toBeGreaterThan(1);
      for (const [before, after] of places) expect(`${before}…${after}`).toMatch(/“(<bdi>)?…(<\/bdi>)?”/);
    }
  });

  it("says that nobody has verified a registered client, and names the host of one that has a document", async () => {
    expect(await textOf(await register(worker))).toMatch(/Unverified.*Nobody has verified it/s);
    const client = publish();
    const html = await textOf(client);
    expect(html).toContain(`<strong>${new URL(client.client_id).host}</strong>`);
    expect(html).not.toContain("Unverified");
  });

  it("warns where the answer goes to another site than the one that asks", async () => {
    const warning = /class="notice warning">This is not words\d+\.example/;
    const away = publish({ redirect_uris: ["https://other.example/cb"] });
    expect(await textOf(away)).toMatch(warning);
    const subdomain = publish({ redirect_uris: ["https://words.example/cb"] });
    expect(await textOf(subdomain)).toMatch(warning);
    const home = publishTo(documents, "https://home.example/client.json", { redirect_uris: ["https://home.example/cb"] });
    expect(await textOf(home)).not.toContain("notice warning");
  });

  it("says where the answer goes: to this computer, to a scheme, to a host", async () => {
    for (const [uri, words] of [
      [REDIRECT_URI, "An application on this computer"],
      ["cursor://anysphere.cursor-mcp/cb", "that opens <code>cursor:</code> links"],
      ["https://app.example/cb", '<strong class="host">app.example</strong>'],
    ] as const) {
      const html = await textOf(await register(worker, { redirect_uris: [uri] }));
      expect(html).toContain(words);
      expect(html).toContain(`>${uri}</code>`);
    }
  });

  it("shows no link and no picture of a client's choice", async () => {
    const chosen = { client_uri: "https://chosen.example/", logo_uri: "https://chosen.example/logo.png", policy_uri: "https://chosen.example/p", tos_uri: "https://chosen.example/t" };
    expect(await textOf(await register(worker, chosen)), "of a client that nobody vouches for").not.toContain("chosen.example");
    const html = await textOf(publish(chosen));
    expect(html.match(/<code class="uri">https:\/\/chosen\.example\/[pt]?<\/code>/g)).toHaveLength(3);
    expect(html).not.toMatch(/logo\.png|(href|src|action|content)="[^"]*chosen/);
  });
});
