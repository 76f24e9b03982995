// Whoever tries tokens learns nothing from the answers: why a token is no good is not told, where that would tell of others.
import { describe, expect, it } from "vitest";
import { type Registered, authorize, grantOf, postForm, redeem, refresh, register, revoke, rpc, signIn } from "../support/oauth.ts";
import { withSite } from "../support/site.ts";
import type { TestWorker } from "../support/worker.ts";

let worker: TestWorker;
withSite((site) => ({ worker } = site));

const SECRET = "A".repeat(43);
/** Status, body and headers, but what tells requests apart. */
const whole = async (response: Response) => ({
  status: response.status,
  body: await response.text(),
  headers: [...response.headers].filter(([name]) => !["x-request-id", "date", "cf-ray"].includes(name)),
});
const expectAlike = async (answers: Promise<Response>[], status: number) => {
  const [first, ...others] = await Promise.all(answers.map(async (answer) => whole(await answer)));
  expect(first!.status).toBe(status);
  for (const other of others) expect(other).toEqual(first);
};

describe("one answer for every token that is no good", () => {
  it("at the resource: made up, unknown, ended, revoked, of another kind", async () => {
    const { client, tokens } = await signIn(worker);
    const { client: closed, tokens: gone } = await signIn(worker);
    await revoke(worker, closed, gone.refresh_token);
    const revoked = tokens.access_token;
    await revoke(worker, client, revoked);
    const bad = [
      "made-up",
      `smcp_a_${SECRET}.${SECRET}`,
      `smcp_a_${grantOf(tokens.access_token)}.${SECRET}`,
      revoked,
      gone.access_token,
      tokens.refresh_token,
      tokens.refresh_token.replace("smcp_r_", "smcp_a_"),
    ];
    await expectAlike(bad.map((token) => rpc(worker, token)), 401);
  });

  it("at the resource: for another resource", async () => {
    const { tokens } = await signIn(worker, { parameters: { resource: `${worker.origin}/mcp/lighthouse-books` } });
    const at = (token: string) => rpc(worker, token, { path: "/mcp/quiet-harbor" });
    await expectAlike([at("made-up"), at(tokens.access_token), at(`smcp_a_${grantOf(tokens.access_token)}.${SECRET}`)], 401);
  });

  it("at a refresh: made up, unknown, ended, somebody else's", async () => {
    const client = await register(worker);
    const { tokens: mine } = await signIn(worker, { client });
    const { tokens: others } = await signIn(worker);
    const { tokens: gone } = await signIn(worker, { client });
    await revoke(worker, client, gone.refresh_token);
    const bad = [`smcp_r_${SECRET}.${"A".repeat(64)}`, `smcp_r_${grantOf(mine.refresh_token)}.${"A".repeat(64)}`, others.refresh_token, gone.refresh_token];
    await expectAlike(bad.map((token) => refresh(worker, client, token)), 400);
  });

  it("at a redemption: unknown, somebody else's, used", async () => {
    const client = await register(worker);
    const mine = await authorize(worker, { client });
    const others = await authorize(worker);
    await redeem(worker, mine);
    const of = (code: string) => redeem(worker, { ...mine, code });
    await expectAlike([of(`smcp_c_${SECRET}.${SECRET}`), of(`smcp_c_${grantOf(others.code)}.${SECRET}`), of(others.code), of(mine.code)], 400);
  });

  it("at revocation and introspection", async () => {
    const client = await register(worker);
    const { tokens: others } = await signIn(worker);
    const { tokens: gone } = await signIn(worker, { client });
    await revoke(worker, client, gone.refresh_token);
    const bad = ["made-up", `smcp_r_${SECRET}.${"A".repeat(64)}`, others.access_token, others.refresh_token, gone.refresh_token, gone.access_token];
    for (const endpoint of ["revoke", "introspect"]) {
      await expectAlike(bad.map((token) => postForm(worker, `/oauth/${endpoint}`, { token, client_id: client.client_id })), 200);
    }
    expect((await rpc(worker, others.access_token)).status, "and nothing has happened to them").toBe(200);
  });
});

it("a client that there is not is answered like a wrong secret", async () => {
  const known = await register(worker, { token_endpoint_auth_method: "client_secret_post" });
  const ask = (client: Pick<Registered, "client_id">) =>
    postForm(worker, "/oauth/introspect", { token: "x", client_id: client.client_id, client_secret: SECRET });
  await expectAlike([ask(known), ask({ client_id: "0123456789abcdefghijkl" })], 401);
});
