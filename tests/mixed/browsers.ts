// What people have open in their browsers when a deployment is replaced, and clients with keys: begun, and gone on with,
// with all that flows.ts leaves in rows.
import { expect } from "vitest";
import { ClientKey, asserted, claims } from "../support/assertion.ts";
import { type Parameters, type Registered, authorizationUrl, authorize, outcome, pkce, redeem, refresh, register, rpc, tokensOf } from "../support/oauth.ts";
import { type Form, Person } from "../support/person.ts";
import type { TestWorker } from "../support/worker.ts";
import { type Way, beginRows, consentOf, goOnRows, linkOf, pushed, signsIn } from "./flows.ts";

export type Held = Awaited<ReturnType<typeof begin>>;

const somebody = () => new Person();

/** Leaves something at every step. */
export async function begin(worker: TestWorker) {
  const owner = new Person();
  const rows = await beginRows(worker, somebody, owner);
  const { client } = rows;
  return {
    ...rows,
    owner,
    consent: await atConsent(worker, client),
    approved: await atSentry(worker, client),
    pushedForm: await atPushedForm(worker, client),
    pushedUsed: await atUsedForm(worker, client),
    keyed: await withKey(worker),
  };
}

/** Goes on with all of it. */
export async function goOn(worker: TestWorker, held: Held): Promise<void> {
  await signsIn(worker, held.consent, await held.consent.person.decide(held.consent.form));
  await signsIn(worker, held.approved, held.approved.leaving);
  await usedUpOnce(worker, held.pushedForm);
  await isUsedUp(held.pushedUsed);
  await showsItsKeyAgain(worker, held.keyed);
  await goOnRows(worker, held, somebody, held.owner);
}

async function atConsent(worker: TestWorker, client: Registered): Promise<Way & { form: Form }> {
  const { verifier, challenge } = pkce();
  const person = new Person();
  return { client, person, verifier, form: await consentOf(person, authorizationUrl(worker, client, { code_challenge: challenge })) };
}

async function atSentry(worker: TestWorker, client: Registered): Promise<Way & { leaving: URL }> {
  const way = await atConsent(worker, client);
  return { ...way, leaving: await way.person.decide(way.form) };
}

async function atPushedForm(worker: TestWorker, client: Registered): Promise<Way & { form: Form; other: Way & { form: Form } }> {
  const request = await pushed(worker, client);
  const one = { ...request, person: new Person() };
  const other = { ...request, person: new Person() };
  const form = await consentOf(one.person, linkOf(worker, request));
  return { ...one, form, other: { ...other, form: await consentOf(other.person, linkOf(worker, request)) } };
}

/** One that was used, and a form of it that was shown before. */
async function atUsedForm(worker: TestWorker, client: Registered) {
  const way = await atPushedForm(worker, client);
  await way.person.decide(way.form);
  return way.other;
}

async function isUsedUp({ person, form }: { person: Person; form: Form }): Promise<void> {
  await expect(person.decide(form), "another form").rejects.toThrow(/consent form: 400/);
}

/** Two people were shown one pushed request; one of them may use it. */
async function usedUpOnce(worker: TestWorker, way: Held["pushedForm"]): Promise<void> {
  await signsIn(worker, way, await way.person.decide(way.form));
  await isUsedUp(way.other);
}

/** A client that authenticates with a key, and the assertion that it has used. */
async function withKey(worker: TestWorker) {
  const key = await ClientKey.generate();
  const client = await register(worker, { token_endpoint_auth_method: "private_key_jwt", jwks: { keys: [key.jwk] } });
  const authorized = await authorize(worker, { client });
  const used = await assertion(worker, client, key);
  return { key, client, used, tokens: await tokensOf(await redeem(worker, authorized, used)) };
}

async function assertion(worker: TestWorker, { client_id }: Registered, key: ClientKey): Promise<Parameters> {
  return asserted(await key.sign(claims(client_id, worker.origin)));
}

async function showsItsKeyAgain(worker: TestWorker, { key, client, used, tokens }: Held["keyed"]): Promise<void> {
  const replayed = await refresh(worker, client, tokens.refresh_token, used);
  expect(await outcome(replayed), "an assertion that was used").toBe("401 invalid_client");
  const another = await assertion(worker, client, key);
  const next = await tokensOf(await refresh(worker, client, tokens.refresh_token, another));
  expect((await rpc(worker, next.access_token)).status).toBe(200);
}

