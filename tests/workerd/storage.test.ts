// What lies on the disk and in the log after real flows: nothing that a thief could use, and no grant in the wrong list.
import { createHash } from "node:crypto";
import { fetch as plainFetch } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DemoSentry, startDemoSentry } from "../support/demo-sentry.ts";
import {
  authorizationUrl,
  authorize,
  outcome,
  postForm,
  redeem,
  refresh,
  register,
  rpc,
  signIn,
  tokensOf,
} from "../support/oauth.ts";
import { Person } from "../support/person.ts";
import { accountsIn, dumpStorage, objectStates, tables, temporaryFolder } from "../support/storage.ts";
import { soon } from "../support/wait.ts";
import { startWorker } from "../support/worker.ts";

let sentry: DemoSentry;
beforeAll(async () => {
  sentry = await startDemoSentry();
});
afterAll(() => sentry?.stop());

describe("storage and log", () => {
  // rule: tokens/sealed-props
  it("hold no code, token, verifier or secret, of ours or of Sentry", async () => {
    using folder = temporaryFolder();
    const fromSentry: string[] = [];
    await using watched = await startWorker({
      sentry: sentry.url,
      storage: folder.path,
      outgoing: async (request) => {
        if (!request.url.endsWith("/oauth/token/")) return undefined;
        const sent = new URLSearchParams(await request.clone().text());
        const answer = await plainFetch(request, { redirect: "manual" });
        const body = (await answer.clone().json()) as { access_token: string; refresh_token: string };
        fromSentry.push(body.access_token, body.refresh_token, sent.get("code")!, sent.get("code_verifier")!);
        return answer;
      },
    });
    const client = await register(watched, { token_endpoint_auth_method: "client_secret_post" });
    const authorized = await authorize(watched, { client });
    const secret = { client_secret: client.client_secret };
    const first = await tokensOf(await redeem(watched, authorized, secret));
    const second = await tokensOf(await refresh(watched, client, first.refresh_token, secret));
    expect((await rpc(watched, second.access_token, { method: "tools/call", params: { name: "whoami" } })).status).toBe(200);
    await postForm(watched, "/oauth/revoke", { token: first.access_token, client_id: client.client_id, ...secret });

    const log = Buffer.from(JSON.stringify(await watched.flushedLogs()));
    const dump = dumpStorage(folder.path);
    // The search finds what is there, in both places.
    expect(dump.includes(client.client_id)).toBe(true);
    expect(objectStates(folder.path, "GrantObject")).toHaveLength(1);
    expect(log.includes("/oauth/callback")).toBe(true);

    expect(fromSentry).toHaveLength(4);
    const ours = [authorized.code, first.access_token, first.refresh_token, second.access_token, second.refresh_token];
    const secrets = [
      ...ours,
      ...ours.map((token) => token.split(".")[1]!),
      ...fromSentry,
      authorized.verifier,
      client.client_secret!,
      "demo-secret",
      "only-for-tests",
      "ada@",
    ];
    for (const value of secrets.flatMap(spellings)) {
      expect(dump.includes(value), `in storage: ${value}`).toBe(false);
      expect(log.includes(value), `in the log: ${value}`).toBe(false);
    }
    // What is kept of a secret is its hash alone.
    expect(dump.includes(createHash("sha256").update(Buffer.from(second.access_token.split(".")[1]!, "base64url")).digest("base64url"))).toBe(true);
  });

  /** As it is, in base64, and in both of the ways in which its bytes could be written. */
  function spellings(secret: string): string[] {
    const bytes = Buffer.from(secret, "base64url");
    return [secret, Buffer.from(secret).toString("base64").replace(/=+$/, ""), bytes.toString("hex"), bytes.toString("base64").replace(/=+$/, "")];
  }

  // rule: tokens/unopened-id-costs-nothing: an id that was drawn and never opened costs no storage, whoever asks for it
  it("hold nothing of a grant that never opened, whoever asks for it", async () => {
    using folder = temporaryFolder();
    await using watched = await startWorker({ sentry: sentry.url, storage: folder.path });
    const client = await register(watched);
    const person = new Person();
    const form = await person.consent(authorizationUrl(watched, client));
    if (form instanceof URL) throw new Error(`answered at once: ${form}`);
    const leaving = await person.decide(form);
    // The id is drawn, and stands in the signed state.
    const [signed] = leaving.searchParams.get("state")!.split(".");
    const { g } = JSON.parse(Buffer.from(signed!, "base64url").toString()) as { g: string };
    const secret = "A".repeat(43);
    const authorized = { client, verifier: "v".repeat(43), callback: leaving, code: `smcp_c_${g}.${secret}` };
    expect(await outcome(await redeem(watched, authorized))).toBe("400 invalid_grant");
    expect((await rpc(watched, `smcp_a_${g}.${secret}`)).status).toBe(401);
    expect(tables(folder.path, "GrantObject")).toEqual([]);
    expect((await person.signIn(leaving)).searchParams.has("code"), "and it opens as if nobody had").toBe(true);
    expect(tables(folder.path, "GrantObject")).toEqual(["state"]);
  });

  // rule: tokens/account-list
  it("have one line in the account for each grant, and none for a sign-in that was denied", async () => {
    using folder = temporaryFolder();
    await using watched = await startWorker({ sentry: sentry.url, storage: folder.path });
    const client = await register(watched);
    await signIn(watched, { client });
    await signIn(watched, { client });
    await expect(authorize(watched, { client, choices: { deny: "sentry" } })).rejects.toThrow("access_denied");
    const clients = () => accountsIn(folder.path).map((lines) => lines.map((line) => line.client_id));
    await soon(() => expect(clients()).toEqual([[client.client_id, client.client_id]]));
    expect(objectStates(folder.path, "GrantObject")).toHaveLength(2);
  });

  it("have in an account that person's grants only, also after a replay with somebody else's code of Sentry", async () => {
    using folder = temporaryFolder();
    await using watched = await startWorker({ sentry: sentry.url, storage: folder.path });
    const person = new Person();
    const form = await person.consent(authorizationUrl(watched, await register(watched)));
    if (form instanceof URL) throw new Error(`answered at once: ${form}`);
    const leaving = await person.decide(form);
    const [ada, bo] = [await person.atSentry(leaving), await person.atSentry(leaving, { user: "1002" })];
    const { host } = watched.url;
    const kept = new Map(person.cookies.get(host)!);
    expect((await person.request(ada)).status).toBe(302);
    person.cookies.set(host, kept);
    expect((await person.request(bo)).status).toBe(400);
    await soon(() => expect(accountsIn(folder.path)).toHaveLength(1));
  });
});
