// Everything that a release leaves in rows when it is replaced, begun and gone on with.
import { expect } from "vitest";
import { type AccountPage, openAccount, press, pressed } from "../support/account.ts";
import {
  type Authorized,
  type Registered,
  type Tokens,
  authorizationUrl,
  authorize,
  grantOf,
  outcome,
  pkce,
  postForm,
  query,
  redeem,
  refresh,
  register,
  revoke,
  rpc,
  signIn,
  tokensOf,
  tool,
} from "../support/oauth.ts";
import { type Form, Person } from "../support/person.ts";
import { soon } from "../support/wait.ts";
import type { TestWorker } from "../support/worker.ts";

/** Makes somebody at a browser that was never here before. */
export type NewPerson = () => Person;

/** A sign-in that is somewhere on its way. */
export interface Way {
  client: Registered;
  person: Person;
  verifier: string;
}

type Begun = Awaited<ReturnType<typeof beginRows>>;

/** Nothing could be taken away once. */
export type HeldRows = Omit<Begun, "narrowed"> & { narrowed?: Begun["narrowed"] };

/** What a client has of a pushed request: it is good for a minute. */
export interface PushedRequest {
  client: Registered;
  verifier: string;
  request_uri: string;
}

/** Leaves something of every kind; all that it answers can be written down. */
export async function beginRows(worker: TestWorker, somebody: NewPerson, owner: Person) {
  const client = await register(worker, { client_name: "Mixed Editor" });
  const signedIn = () => signIn(worker, { client, person: somebody() });
  const held = {
    client,
    refreshed: await refreshed(worker, client, somebody()),
    ending: await signedIn(),
    revoked: await signedIn(),
    narrowed: await narrowed(worker, client, somebody(), owner),
    code: await authorize(worker, { client, person: somebody() }),
    pushed: await pushed(worker, client),
  };
  expect((await revoke(worker, client, held.revoked.tokens.refresh_token)).status).toBe(200);
  expect((await rpc(worker, held.revoked.tokens.access_token)).status, "revoked").toBe(401);
  return held;
}

/** Has rows written by another release than the one that goes on with them. */
export async function rewrite(held: HeldRows, worker: TestWorker): Promise<void> {
  for (const tokens of [held.refreshed, held.narrowed?.tokens]) {
    if (tokens) Object.assign(tokens, await tokensOf(await refresh(worker, held.client, tokens.refresh_token)));
  }
}

/** Goes on with all of it. */
export async function goOnRows(worker: TestWorker, held: HeldRows, somebody: NewPerson, owner: Person): Promise<void> {
  await works(worker, held.client, held.refreshed);
  expect((await rpc(worker, held.revoked.tokens.access_token)).status, "what was revoked stays revoked").toBe(401);
  expect(await outcome(await refresh(worker, held.client, held.revoked.tokens.refresh_token))).toBe("400 invalid_grant");
  if (held.narrowed) await stayedNarrow(worker, held.client, held.narrowed, owner);
  await redeemsOnce(worker, held.code);
  const { client, verifier } = held.pushed;
  const person = somebody();
  await signsIn(worker, { client, person, verifier }, await person.decide(await consentOf(person, linkOf(worker, held.pushed))));
  await endsConnections(worker, held, somebody(), owner);
}

async function refreshed(worker: TestWorker, client: Registered, person: Person): Promise<Tokens> {
  const { tokens } = await signIn(worker, { client, person });
  return tokensOf(await refresh(worker, client, tokens.refresh_token));
}

async function works(worker: TestWorker, client: Registered, held: Tokens): Promise<void> {
  expect(await tool(worker, held.access_token), "a tool with a token in hand").toContain("ada");
  const next = await tokensOf(await refresh(worker, client, held.refresh_token));
  const again = await tokensOf(await refresh(worker, client, held.refresh_token));
  expect(again.refresh_token, "an answer that was lost").toBe(next.refresh_token);
  for (const { access_token } of [held, next, again]) expect((await rpc(worker, access_token)).status).toBe(200);
}

/** A connection from which its person has taken a skill away. */
async function narrowed(worker: TestWorker, client: Registered, person: Person, owner: Person) {
  const { tokens } = await signIn(worker, { client, person });
  const grant = grantOf(tokens.access_token);
  const before = connection(await openAccount(worker, owner), grant);
  const skill = before.skills.at(-1)!;
  const after = connection(await pressed(worker, owner, await openAccount(worker, owner), { grant, skill }), grant);
  expect(after.skills).toEqual(before.skills.filter((id) => id !== skill));
  const then = await tokensOf(await refresh(worker, client, tokens.refresh_token));
  return { tokens: then, skills: after.skills, tools: await toolsOf(worker, then.access_token) };
}

async function stayedNarrow(worker: TestWorker, client: Registered, narrowed: Begun["narrowed"], owner: Person): Promise<void> {
  const tools = common(narrowed.tools);
  expect(common(await toolsOf(worker, narrowed.tokens.access_token)), "the token in hand").toEqual(tools);
  const { access_token, scope } = await tokensOf(await refresh(worker, client, narrowed.tokens.refresh_token));
  expect(scope).toBe(narrowed.tokens.scope);
  expect(common(await toolsOf(worker, access_token)), "the next one").toEqual(tools);
  const found = connection(await openAccount(worker, owner), grantOf(access_token));
  expect(found.skills, "on the page").toEqual(narrowed.skills);
}

/** The searches, of which each release lists its own: until November one with the dataset as a parameter, then one per dataset. */
const SEARCHES = /^search_(events|errors|logs|traces|metrics|profiles|replays)$/;
const common = (tools: string[]) => tools.filter((name) => !SEARCHES.test(name));

/** What a token shows of what it may do. */
async function toolsOf(worker: TestWorker, token: string): Promise<string[]> {
  const response = await rpc(worker, token, { method: "tools/list" });
  const { result } = (await response.json()) as { result: { tools: { name: string }[] } };
  return result.tools.map(({ name }) => name);
}

async function redeemsOnce(worker: TestWorker, code: Authorized): Promise<void> {
  const { access_token } = await tokensOf(await redeem(worker, code));
  expect(await tool(worker, access_token)).toContain("ada");
  expect(await outcome(await redeem(worker, code)), "a code that is replayed").toBe("400 invalid_grant");
  expect((await rpc(worker, access_token)).status, "and what came of it").toBe(401);
}

export async function signsIn(worker: TestWorker, { client, person, verifier }: Way, leaving: URL): Promise<void> {
  const callback = await person.signIn(leaving);
  const code = callback.searchParams.get("code")!;
  const { access_token } = await tokensOf(await redeem(worker, { client, verifier, callback, code }));
  expect(await tool(worker, access_token)).toContain("ada");
}

export async function consentOf(person: Person, link: URL): Promise<Form> {
  const form = await person.consent(link);
  if (form instanceof URL) throw new Error(`answered at once: ${form}`);
  return form;
}

export async function pushed(worker: TestWorker, client: Registered): Promise<PushedRequest> {
  const { verifier, challenge } = pkce();
  // Without the resource, whose address is another one at each start.
  const { search } = authorizationUrl(worker, client, { code_challenge: challenge, resource: undefined });
  const response = await postForm(worker, "/oauth/par", Object.fromEntries(new URLSearchParams(search)));
  expect(response.status).toBe(201);
  const { request_uri } = (await response.json()) as { request_uri: string };
  return { client, verifier, request_uri };
}

export const linkOf = (worker: TestWorker, { client: { client_id }, request_uri }: PushedRequest) =>
  new URL(`/oauth/authorize?${query({ client_id, request_uri })}`, worker.origin);

/** One connection by its client, one by its person, then all of them. */
async function endsConnections(worker: TestWorker, { client, ending, refreshed }: HeldRows, person: Person, owner: Person): Promise<void> {
  const page = await openAccount(worker, owner);
  const grant = grantOf(ending.tokens.access_token);
  expect(page.grants).toContain(grant);
  expect((await pressed(worker, owner, page, { grant })).grants).not.toContain(grant);
  expect((await rpc(worker, ending.tokens.access_token)).status).toBe(401);
  const leaves = await signIn(worker, { client, person });
  await revoke(worker, client, leaves.tokens.refresh_token);
  await soon(async () => expect((await openAccount(worker, owner)).grants).not.toContain(grantOf(leaves.tokens.access_token)));
  expect((await press(worker, owner, page, { all: "1" })).status).toBe(303);
  expect((await rpc(worker, refreshed.access_token)).status).toBe(401);
  expect((await openAccount(worker, owner)).grants).toEqual([]);
}

function connection(page: AccountPage, grant: string) {
  const found = page.connections.find((one) => one.grant === grant);
  if (!found) throw new Error(`${grant} is not among ${page.grants.join()}`);
  return found;
}
