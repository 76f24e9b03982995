// What people and clients do in a soak, and how often.
import { openAccount, pressed } from "../../tests/support/account.ts";
import { type Authorized, type Registered, authorizationUrl, grantOf, outcome, pkce, postForm, query, redeem, refresh, revoke, rpc, tokensOf } from "../../tests/support/oauth.ts";
import { LARGE_CALLS } from "../../tests/support/memory.ts";
import { Person } from "../../tests/support/person.ts";
import { oneOf } from "../lib/chance.ts";
import { type Actor, LoggedOut, type Soak, USERS } from "./soak.ts";

export interface Action {
  name: string;
  /** Out of the sum of all. */
  share: number;
  run(soak: Soak): Promise<void>;
}

/** An access token of a soak lasts so long, in seconds: many end while it goes on. */
export const ACCESS_TOKEN_TTL = 900;

interface SignIn {
  client: Registered;
  person: Person;
  verifier: string;
  user: string;
  url: URL;
}

async function begin(soak: Soak): Promise<SignIn> {
  const client = await soak.client();
  const { verifier, challenge } = pkce();
  const url = authorizationUrl(soak.worker, client, { code_challenge: challenge });
  return { client, person: new Person(), verifier, url, user: oneOf(soak.chance, USERS) };
}

/** To the code. */
async function toCode(soak: Soak, { client, person, verifier, user, url }: SignIn): Promise<Authorized> {
  soak.opened += 1;
  const callback = await person.authorize(url, { user });
  const code = callback.searchParams.get("code");
  if (!code) throw new Error(`the client was told ${callback.searchParams.get("error")}`);
  return { client, verifier, callback, code };
}

async function signIn(soak: Soak, started: SignIn): Promise<void> {
  const authorized = await toCode(soak, started);
  const answer = await soak.expect(await redeem(soak.worker, authorized), 200, "a redemption");
  soak.ledger.redeemed(authorized.code);
  soak.keep({ client: started.client, tokens: await tokensOf(answer), user: started.user });
}

async function pushedSignIn(soak: Soak): Promise<void> {
  const started = await begin(soak);
  const parameters = Object.fromEntries(started.url.searchParams);
  const pushed = await soak.expect(await postForm(soak.worker, "/oauth/par", parameters), 201, "a pushed request");
  const { request_uri } = (await pushed.json()) as { request_uri: string };
  const url = new URL(`/oauth/authorize?${query({ client_id: started.client.client_id, request_uri })}`, soak.worker.origin);
  await signIn(soak, { ...started, url });
}

/** Two requests with one code at the same time: one gets tokens, and the grant ends with the other. */
async function twoAtOnce(soak: Soak): Promise<void> {
  const authorized = await toCode(soak, await begin(soak));
  const answers = await Promise.all([1, 2, 3].map(() => redeem(soak.worker, authorized)));
  const said = await Promise.all(answers.map(outcome));
  for (const { status } of answers) if (status === 200) soak.ledger.redeemed(authorized.code);
  const others = said.filter((each) => each !== "200");
  if (others.length !== 2 || others.some((each) => each !== "400 invalid_grant")) throw new Error(`three redemptions at once answered ${said}`);
}

async function abandon(soak: Soak): Promise<void> {
  const started = await begin(soak);
  if (soak.chance() < 0.5) await toCode(soak, started);
  else await started.person.consent(started.url);
}

/** With a session that nobody else uses meanwhile. */
const withSession = (use: (soak: Soak, actor: Actor) => Promise<void>) => async (soak: Soak): Promise<void> => {
  const actor = soak.free();
  if (!actor) return signIn(soak, await begin(soak));
  actor.busy = true;
  const from = Date.now();
  try {
    if (from - actor.at > (ACCESS_TOKEN_TTL - 60) * 1000) await refreshed(soak, actor);
    await use(soak, actor);
  } catch (error) {
    const killed = soak.site.outages.some((outage) => outage.from >= from - 100);
    if (actor.renews && killed) actor.cutShort = true;
    if (error instanceof LoggedOut) soak.over(actor);
    if (error instanceof LoggedOut && actor.cutShort) soak.lostInRenewal += 1;
    else throw error;
  } finally {
    actor.busy = false;
  }
};

async function refreshed(soak: Soak, actor: Actor): Promise<void> {
  const answer = await refresh(soak.worker, actor.client, actor.tokens.refresh_token);
  await soak.expect(answer, 200, `a refresh of ${grantOf(actor.tokens.access_token)}`);
  soak.rotated(actor, await tokensOf(answer));
}

/** Who is a member of the organization whose answers are long. */
const MEMBER = "1001";

const CALLS = [
  { name: "whoami" },
  { name: "find_organizations" },
  { name: "find_projects", arguments: { organizationSlug: "quiet-harbor" } },
  { name: "search_issues", arguments: { organizationSlug: "quiet-harbor", query: "is:unresolved" } },
];

async function call(soak: Soak, actor: Actor): Promise<void> {
  const params = oneOf(soak.chance, CALLS);
  const answer = await soak.expect(await rpc(soak.worker, actor.tokens.access_token, { method: "tools/call", params }), 200, params.name);
  const { result, error } = (await answer.json()) as { result?: { isError?: boolean; content: { text: string }[] }; error?: unknown };
  if (!result || result.isError) throw new Error(`${params.name}: ${JSON.stringify(result ?? error).slice(0, 200)}`);
}

/** All kinds of long calls, side by side: afterwards the wasm's memory has the size that it keeps. */
export async function longCalls(soak: Soak): Promise<void> {
  const one = () => soak.attempt("tool call, 4 MiB from Sentry", () => withSession(longCall)(soak));
  for (let round = 0; round < 3; round += 1) await Promise.all(Array.from({ length: 8 }, one));
}

/** One whose answers at Sentry are as long as one may be. Side by side there is room for some of them only. */
async function longCall(soak: Soak, actor: Actor): Promise<void> {
  if (actor.user !== MEMBER) return list(soak, actor);
  const params = { name: "execute_sentry_tool", arguments: oneOf(soak.chance, LARGE_CALLS) };
  const answer = await soak.expect(await rpc(soak.worker, actor.tokens.access_token, { method: "tools/call", params }), 200, "a long call");
  const { result } = (await answer.json()) as { result: { isError?: boolean; content: { text: string }[] } };
  const text = result.content.map((part) => part.text).join("");
  if (result.isError && !text.includes("there is no room for this one")) throw new Error(`a long call: ${text.slice(0, 200)}`);
}

async function list(soak: Soak, actor: Actor): Promise<void> {
  await soak.expect(await rpc(soak.worker, actor.tokens.access_token, { method: "tools/list" }), 200, "tools/list");
}

async function revoked(soak: Soak, actor: Actor): Promise<void> {
  // From here on nobody may count on it, whatever becomes of the request.
  soak.over(actor);
  await soak.expect(await revoke(soak.worker, actor.client, actor.tokens.refresh_token), 200, "a revocation");
  const after = await rpc(soak.worker, actor.tokens.access_token);
  if (after.status !== 401) throw new Error(`a revoked token answered ${after.status}`);
}

async function account(soak: Soak, actor: Actor): Promise<void> {
  const person = new Person();
  const page = await openAccount(soak.worker, person, { user: actor.user });
  const [newest] = page.connections;
  if (!newest) throw new Error("the page of connected apps is empty");
  const session = soak.ledger.sessions.get(newest.grant) as Actor | undefined;
  // Only what is ours alone is changed: another actor may just use the others.
  if (newest.grant !== grantOf(actor.tokens.access_token) || !session) return;
  soak.over(actor);
  await pressed(soak.worker, person, page, { grant: newest.grant });
}

const PAGES = ["/", "/health", "/mcp.json", "/llms.txt", "/.well-known/oauth-authorization-server", "/.well-known/oauth-protected-resource/mcp", "/style.css", "/api/metadata"];

async function look(soak: Soak): Promise<void> {
  const path = oneOf(soak.chance, PAGES);
  await soak.expect(await soak.worker.fetch(path), 200, path);
}

const STRANGERS = ["/oauth/token", "/oauth/register", "/oauth/revoke", "/oauth/introspect", "/oauth/par", "/mcp", "/api/chat", "/nowhere"];

/** What is wrong in itself is answered so, and harms nobody. */
async function stranger(soak: Soak): Promise<void> {
  const path = oneOf(soak.chance, STRANGERS);
  const answer = await soak.worker.fetch(path, { method: "POST", headers: { "content-type": "application/x-www-form-urlencoded" }, body: "grant_type=refresh_token&refresh_token=smcp_r_x.y&token=%00&client_id=%ff" });
  if (answer.status < 400 || answer.status > 499) throw new Error(`${path} answered a stranger ${answer.status}`);
}

export const actions: Action[] = [
  { name: "sign-in", share: 18, run: async (soak) => signIn(soak, await begin(soak)) },
  { name: "sign-in, pushed", share: 5, run: pushedSignIn },
  { name: "sign-in, code redeemed three times at once", share: 2, run: twoAtOnce },
  { name: "sign-in, abandoned", share: 3, run: abandon },
  { name: "refresh", share: 25, run: withSession(refreshed) },
  { name: "tool call", share: 20, run: withSession(call) },
  { name: "tool call, 4 MiB from Sentry", share: 3, run: withSession(longCall) },
  { name: "tools/list", share: 8, run: withSession(list) },
  { name: "revocation", share: 4, run: withSession(revoked) },
  { name: "connected apps", share: 2, run: withSession(account) },
  { name: "pages and documents", share: 6, run: look },
  { name: "strangers", share: 7, run: stranger },
];

export function someAction(chance: () => number): Action {
  let left = chance() * actions.reduce((sum, { share }) => sum + share, 0);
  return actions.find(({ share }) => (left -= share) < 0) ?? actions[0]!;
}
