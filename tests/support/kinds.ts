// One request of each kind that costs something, ready to be sent alone.
import { accountUrl, openAccount, press } from "./account.ts";
import { authorizationUrl, authorize, grantOf, pkce, postForm, query, redeem, refresh, register, revoke, rpc, signIn } from "./oauth.ts";
import { type Choices, type Form, Person } from "./person.ts";
import type { DemoSentry } from "./demo-sentry.ts";
import type { TestWorker } from "./worker.ts";

export interface Kind {
  name: string;
  status: number;
  /** Everything that must have been before. */
  ready(worker: TestWorker, sentry: DemoSentry): Promise<() => Promise<{ status: number }>>;
}

/** Less than an access token lasts: the next refresh renews Sentry's token. And what it is without being told. In seconds. */
const [SOON, USUAL] = [600, 2_592_000];

async function form(person: Person, url: URL): Promise<Form> {
  const found = await person.consent(url);
  if (found instanceof URL) throw new Error(`answered at once: ${found}`);
  found.fields.set("action", "approve");
  return found;
}

async function pushed(worker: TestWorker): Promise<URL> {
  const client = await register(worker);
  const parameters = Object.fromEntries(authorizationUrl(worker, client, { code_challenge: pkce().challenge }).searchParams);
  const { request_uri } = (await (await postForm(worker, "/oauth/par", parameters)).json()) as { request_uri: string };
  return new URL(`/oauth/authorize?${query({ client_id: client.client_id, request_uri })}`, worker.origin);
}

/** Who has no connection but those of these kinds: a page costs as much as it shows. */
const OTHER = { user: "1002" };

/** A session whose access token has been seen before: what an isolate remembers of it is then there. */
async function session(worker: TestWorker, choices: Choices = {}) {
  const signedIn = await signIn(worker, { choices });
  await rpc(worker, signedIn.tokens.access_token);
  return signedIn;
}

const message = (method: string, params?: unknown) => async (worker: TestWorker) => {
  const { tokens } = await session(worker);
  return () => rpc(worker, tokens.access_token, { method, params });
};

export const kinds: Kind[] = [
  { name: "metadata document", status: 200, ready: async (worker) => () => worker.fetch("/.well-known/oauth-authorization-server") },
  { name: "401 at /mcp", status: 401, ready: async (worker) => () => rpc(worker, "none") },
  {
    name: "registration",
    status: 201,
    ready: async (worker) => () => register(worker).then(() => ({ status: 201 })),
  },
  {
    name: "authorize: the page",
    status: 200,
    ready: async (worker) => {
      const url = authorizationUrl(worker, await register(worker));
      return () => new Person().request(url);
    },
  },
  {
    name: "authorize: the approval",
    status: 302,
    ready: async (worker) => {
      const person = new Person();
      const { action, fields } = await form(person, authorizationUrl(worker, await register(worker)));
      return () => person.request(action, fields);
    },
  },
  {
    name: "callback",
    status: 302,
    ready: async (worker) => {
      const person = new Person();
      const begun = await form(person, authorizationUrl(worker, await register(worker)));
      const back = await person.atSentry(await person.decide(begun));
      return () => person.request(back);
    },
  },
  {
    name: "token: a code",
    status: 200,
    ready: async (worker) => {
      const authorized = await authorize(worker);
      return () => redeem(worker, authorized);
    },
  },
  {
    name: "token: a refresh",
    status: 200,
    ready: async (worker) => {
      const { client, tokens } = await session(worker);
      return () => refresh(worker, client, tokens.refresh_token);
    },
  },
  {
    name: "token: a refresh that renews Sentry's token",
    status: 200,
    ready: async (worker, sentry) => {
      await sentry.setExpiresIn(SOON);
      const { client, tokens } = await signIn(worker);
      await sentry.setExpiresIn(USUAL);
      return () => refresh(worker, client, tokens.refresh_token);
    },
  },
  {
    name: "revocation",
    status: 200,
    ready: async (worker) => {
      const { client, tokens } = await session(worker);
      return () => revoke(worker, client, tokens.refresh_token);
    },
  },
  {
    name: "pushed request",
    status: 201,
    ready: async (worker) => {
      const client = await register(worker);
      const parameters = Object.fromEntries(authorizationUrl(worker, client).searchParams);
      return () => postForm(worker, "/oauth/par", parameters);
    },
  },
  {
    name: "authorize: the page of a pushed request",
    status: 200,
    ready: async (worker) => {
      const url = await pushed(worker);
      return () => new Person().request(url);
    },
  },
  {
    name: "authorize: the approval of a pushed request",
    status: 302,
    ready: async (worker) => {
      const person = new Person();
      const { action, fields } = await form(person, await pushed(worker));
      return () => person.request(action, fields);
    },
  },
  { name: "MCP: tools/list", status: 200, ready: message("tools/list") },
  { name: "MCP: a tool that asks Sentry once", status: 200, ready: message("tools/call", { name: "whoami" }) },
  {
    name: "MCP: a token that this isolate has not seen",
    status: 200,
    ready: async (worker) => {
      const { tokens } = await signIn(worker);
      return () => rpc(worker, tokens.access_token);
    },
  },
  {
    name: "connected apps: the page",
    status: 200,
    ready: async (worker) => {
      const person = new Person();
      await signIn(worker, { choices: OTHER });
      await openAccount(worker, person, OTHER);
      return () => person.request(accountUrl(worker));
    },
  },
  {
    name: "connected apps: one disconnected",
    status: 303,
    ready: async (worker) => {
      const { tokens } = await session(worker, OTHER);
      const person = new Person();
      const page = await openAccount(worker, person, OTHER);
      return () => press(worker, person, page, { grant: grantOf(tokens.access_token) });
    },
  },
];

/** What is not a request: it comes by itself. */
export const ALARM = "the alarm a minute after a sign-in";
