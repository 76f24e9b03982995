// An approval is good for what was shown: who asks, and where the answer goes. And each page's form is one of its own.
// file rule: authorization/good-for-what-was-shown
import { createHmac, hkdfSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { openAccount } from "../support/account.ts";
import type { DemoSentry } from "../support/demo-sentry.ts";
import { type ServedDocument, publishTo, serveDocuments } from "../support/documents.ts";
import { type Registered, authorizationUrl, pkce, postForm, query, redeem, register, rpc, tokensOf } from "../support/oauth.ts";
import { type Form, Person, readForm } from "../support/person.ts";
import { withSite } from "../support/site.ts";
import { COOKIE_SECRET, type TestWorker } from "../support/worker.ts";

const documents = new Map<string, ServedDocument>();
let worker: TestWorker;
let sentry: DemoSentry;
withSite((site) => ({ worker, sentry } = site), { outgoing: serveDocuments(documents) });

/** A document that is read anew each time, so that a change counts at once. */
const publish = (client_name: string, name = client_name): Registered => {
  const host = name.toLowerCase().replaceAll(" ", "-");
  return publishTo(documents, `https://${host}.example/c.json`, { client_name }, { headers: { "cache-control": "no-store" } });
};
const consent = async (person: Person, client: Registered, changed = {}) => {
  const form = await person.consent(authorizationUrl(worker, client, changed));
  if (form instanceof URL) throw new Error(`answered at once: ${form}`);
  return form;
};
const press = (person: Person, form: Form, action: string, skills?: string[]) => {
  const fields = new URLSearchParams(form.fields);
  if (skills) fields.delete("skill");
  for (const skill of skills ?? []) fields.append("skill", skill);
  fields.set("action", action);
  return person.request(form.action, fields);
};
const ticketOf = (form: Form) => form.fields.get("state")!;
const askedOfSentry = async () => (await sentry.requests("/oauth/")).length;

describe("a client that changes its name while the page lies open", () => {
  it("is shown again, and nothing is approved, until the person has seen the new one", async () => {
    const person = new Person();
    const client = publish("Friendly Editor");
    const { verifier, challenge } = pkce();
    const form = await consent(person, client, { code_challenge: challenge });
    publish("Sentry Official", "Friendly Editor");
    await sentry.forget();

    const answer = await press(person, form, "approve", ["inspect", "triage"]);
    expect([answer.status, answer.headers.has("location"), answer.headers.getSetCookie()]).toEqual([200, false, []]);
    const html = await answer.text();
    expect(html).toContain("“<bdi>Sentry Official</bdi>” use your Sentry?");
    expect(html).toContain("called itself “<bdi>Friendly Editor</bdi>” when you opened this page");
    expect(html).toContain("Nothing was allowed yet");
    expect(await askedOfSentry()).toBe(0);

    const again = readForm(html, worker.url);
    expect(again.fields.getAll("skill"), "what the person had ticked").toEqual(["inspect", "triage"]);
    expect(ticketOf(again)).not.toBe(ticketOf(form));
    // The old form is as good for nothing as before.
    expect((await press(person, form, "approve")).status).toBe(200);
    const callback = await person.signIn(await person.decide(again));
    const tokens = await tokensOf(await redeem(worker, { client, callback, code: callback.searchParams.get("code")!, verifier }));
    expect((await rpc(worker, tokens.access_token)).status).toBe(200);
    expect((await openAccount(worker, person)).connections.map(({ name }) => name)).toContain("Sentry Official");
  });

  it("and back again is what was shown", async () => {
    const person = new Person();
    const form = await consent(person, publish("Steady Editor"));
    publish("Other", "Steady Editor");
    expect((await press(person, form, "approve")).status).toBe(200);
    publish("Steady Editor");
    expect((await press(person, form, "approve")).status).toBe(302);
  });

  it("is denied all the same", async () => {
    const person = new Person();
    const form = await consent(person, publish("Denied Editor"));
    publish("Other", "Denied Editor");
    const answer = await press(person, form, "deny");
    expect(new URL(answer.headers.get("location")!).searchParams.get("error")).toBe("access_denied");
  });

  it("stays by its name in the list when it changes after the approval", async () => {
    const person = new Person();
    const leaving = await person.decide(await consent(person, publish("Shown Editor")));
    publish("Later Editor", "Shown Editor");
    await person.signIn(leaving);
    expect((await openAccount(worker, person)).connections.map(({ name }) => name)).toContain("Shown Editor");
  });

  it("is shown again also where the request was pushed, and the second page uses it up", async () => {
    const person = new Person();
    const client = publish("Pushing Editor");
    const { searchParams } = authorizationUrl(worker, client);
    const pushed = await postForm(worker, "/oauth/par", Object.fromEntries(searchParams));
    const { request_uri } = (await pushed.json()) as { request_uri: string };
    const link = new URL(`/oauth/authorize?${query({ client_id: client.client_id, request_uri })}`, worker.origin);
    const form = (await person.consent(link)) as Form;
    publish("Other", "Pushing Editor");
    const again = readForm(await (await press(person, form, "approve")).text(), worker.url);
    expect((await press(person, again, "approve")).status).toBe(302);
    publish("Pushing Editor");
    const late = await press(person, form, "approve");
    expect([late.status, await late.text()]).toEqual([400, expect.stringContaining("approved already")]);
  });
});

it("a form of a server before, which does not say what was shown, is shown again", async () => {
  const person = new Person();
  const form = await consent(person, publish("Patient Editor"));
  const { s, n, ...payload } = JSON.parse(Buffer.from(ticketOf(form).split(".")[0]!, "base64url").toString()) as Record<string, unknown>;
  expect(s).toMatchObject({ n: "Patient Editor", h: "patient-editor.example" });
  expect(n).toMatch(/^[\w-]{22}$/);
  const text = Buffer.from(JSON.stringify(payload)).toString("base64url");
  const key = Buffer.from(hkdfSync("sha256", COOKIE_SECRET, "", "smcp/1/form", 32));
  form.fields.set("state", `${text}.${createHmac("sha256", key).update(text).digest("base64url")}`);
  const answer = await press(person, form, "approve");
  expect(answer.status).toBe(200);
  expect((await press(person, readForm(await answer.text(), worker.url), "approve")).status).toBe(302);
});

// rule: authorization/forms-are-their-own
it("two pages of one browser in one second are two forms, of which one uses a pushed request up", async () => {
  const person = new Person();
  const client = await register(worker);
  await consent(person, client);
  const { searchParams } = authorizationUrl(worker, client);
  const pushed = await postForm(worker, "/oauth/par", Object.fromEntries(searchParams));
  const { request_uri } = (await pushed.json()) as { request_uri: string };
  const link = new URL(`/oauth/authorize?${query({ client_id: client.client_id, request_uri })}`, worker.origin);
  const forms = (await Promise.all(Array.from({ length: 6 }, () => person.consent(link)))) as Form[];
  expect(new Set(forms.map(ticketOf)).size).toBe(6);
  const [first, ...others] = forms;
  expect([(await press(person, first!, "approve")).status, (await press(person, first!, "approve")).status], "a double click").toEqual([302, 302]);
  for (const other of others) {
    const answer = await press(person, other, "approve");
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining("approved already")]);
  }
});
