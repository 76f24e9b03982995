// The steps of a sign-in and of what comes after it.
import { openAccount, press, pressed } from "../../tests/support/account.ts";
import { type Authorized, type Tokens, authorizationUrl, grantOf, outcome, pkce, redeem, refresh, revoke, signIn, tokensOf, tool } from "../../tests/support/oauth.ts";
import { type Form, Person } from "../../tests/support/person.ts";
import { stateOfGrant } from "../../tests/support/storage.ts";
import { AGAIN, type Chaos, LOST, type Ready, type Step, WORKS, Wrong, expectStatus, isOver, works } from "./step.ts";

export const CALLBACK = "callback";
export const REDEMPTION = "redemption";
export const REFRESH = "refresh";
export const RENEWAL = "refresh with a renewal";
export const REVOCATION = "revocation";
export const NARROWED = "account: a skill taken away";
export const DISCONNECTED = "account: disconnected";

const USERS = ["1001", "1002"];
let next = 0;
const someUser = () => USERS[(next += 1) % USERS.length]!;

/** A person who begins, with what the client must remember. */
function beginning(chaos: Chaos) {
  const { verifier, challenge } = pkce();
  const url = authorizationUrl(chaos.site.worker, chaos.client, { code_challenge: challenge });
  return { person: new Person(), verifier, url, user: someUser() };
}

async function consent(begun: ReturnType<typeof beginning>): Promise<Form> {
  const form = await begun.person.consent(begun.url);
  if (form instanceof URL) throw new Wrong(`no consent page but ${form}`);
  return form;
}

/** From the client's callback to a session that works. */
async function finish(chaos: Chaos, begun: ReturnType<typeof beginning>, callback: URL): Promise<void> {
  const code = callback.searchParams.get("code");
  if (!code) throw new Wrong(`no code but ${callback.searchParams.get("error")}`);
  const authorized: Authorized = { client: chaos.client, verifier: begun.verifier, callback, code };
  const answer = await redeem(chaos.site.worker, authorized);
  if (answer.status !== 200) throw new Wrong(`an answered code is refused: ${await outcome(answer)}`);
  chaos.ledger.redeemed(code);
  await keep(chaos, await tokensOf(answer), begun.user);
}

async function keep(chaos: Chaos, tokens: Tokens, user: string): Promise<void> {
  chaos.ledger.keep({ client: chaos.client, tokens: await works(chaos.site.worker, chaos.client, tokens), user });
}

/** Whoever has lost a sign-in can begin anew. */
async function anew(chaos: Chaos): Promise<string> {
  const begun = beginning(chaos);
  await finish(chaos, begun, await begun.person.authorize(begun.url, { user: begun.user }));
  return LOST;
}

/** The id that was drawn at the approval: it stands in the signed state. */
function approvedGrant(back: URL): string {
  const [signed] = (back.searchParams.get("state") ?? "").split(".");
  return (JSON.parse(Buffer.from(signed ?? "", "base64url").toString()) as { g: string }).g;
}

const location = (answer: Response) => new URL(answer.headers.get("location") ?? "");
const howOften = (answer: Response | undefined) => (answer ? WORKS : AGAIN);

async function authorize(chaos: Chaos): Promise<Ready> {
  const begun = beginning(chaos);
  return {
    send: () => begun.person.request(begun.url),
    goOn: async (answer) => {
      if (answer) expectStatus(answer, 200, "the consent page");
      await finish(chaos, begun, await begun.person.authorize(begun.url, { user: begun.user }));
      return howOften(answer);
    },
  };
}

async function approve(chaos: Chaos): Promise<Ready> {
  const begun = beginning(chaos);
  const form = await consent(begun);
  form.fields.set("action", "approve");
  const send = () => begun.person.request(form.action, form.fields);
  return {
    send,
    goOn: async (answer) => {
      const decided = expectStatus(answer ?? (await send()), 302, "the approval");
      await finish(chaos, begun, await begun.person.signIn(location(decided), { user: begun.user }));
      return howOften(answer);
    },
  };
}

async function callback(chaos: Chaos): Promise<Ready> {
  const begun = beginning(chaos);
  const back = await begun.person.atSentry(await begun.person.decide(await consent(begun)), { user: begun.user });
  const send = () => begun.person.request(back);
  const { host } = chaos.site.worker.url;
  const cookies = new Map(begun.person.cookies.get(host));
  return {
    send,
    goOn: async (answer) => {
      // An answer that came when the kill was already noted counts as none, and neither do its cookies.
      if (!answer) begun.person.cookies.set(host, cookies);
      const reloaded = answer ?? (await send());
      const code = reloaded.status === 302 && location(reloaded).searchParams.has("code");
      if (answer && !code) throw new Wrong(`the callback answered ${answer.status} ${answer.headers.get("location") ?? ""}`);
      if (!code) {
        // Sentry's code is good once: lost is what ended between Sentry's answer and the grant's opening, and nothing else.
        const kept = stateOfGrant(chaos.site.folder, approvedGrant(back));
        if (kept) throw new Wrong(`a grant that has opened (${Object.keys(kept)[0]}) is not answered again but ${reloaded.status}`);
        return anew(chaos);
      }
      await finish(chaos, begun, location(reloaded));
      return howOften(answer);
    },
  };
}

async function redemption(chaos: Chaos): Promise<Ready> {
  const begun = beginning(chaos);
  const back = await begun.person.authorize(begun.url, { user: begun.user });
  const code = back.searchParams.get("code") ?? "";
  const authorized: Authorized = { client: chaos.client, verifier: begun.verifier, callback: back, code };
  const send = () => redeem(chaos.site.worker, authorized);
  return {
    send,
    goOn: async (answer) => {
      if (answer) chaos.ledger.redeemed(code);
      const redeemed = answer ? expectStatus(answer, 200, "the redemption") : await send();
      if (!answer && redeemed.status === 200) chaos.ledger.redeemed(code);
      if (redeemed.status !== 200) {
        const said = await outcome(redeemed);
        if (said !== "400 invalid_grant") throw new Wrong(`a code sent again is answered ${said}`);
        return anew(chaos);
      }
      await keep(chaos, await tokensOf(redeemed), begun.user);
      return howOften(answer);
    },
  };
}

const SKILLS = ["inspect", "triage", "project-management"];

/** A session of its own, in which a step happens. */
async function session(chaos: Chaos) {
  const user = someUser();
  const signedIn = await signIn(chaos.site.worker, { client: chaos.client, choices: { user, skills: SKILLS } });
  chaos.ledger.redeemed(signedIn.code);
  return { user, tokens: signedIn.tokens };
}

/** Less than an access token of ours lasts, so that the next refresh renews Sentry's token first. In seconds. */
const SOON = 600;
/** What the local Sentry's tokens last without being told. */
const USUAL = 2_592_000;

/** `expiresIn`: how long Sentry's token lasts. */
const refreshing = (expiresIn?: number) => async (chaos: Chaos): Promise<Ready> => {
  if (expiresIn) await chaos.site.sentry.setExpiresIn(expiresIn);
  const { user, tokens } = await session(chaos);
  if (expiresIn) await chaos.site.sentry.setExpiresIn(USUAL);
  const send = () => refresh(chaos.site.worker, chaos.client, tokens.refresh_token);
  return {
    send,
    goOn: async (answer) => {
      const refreshed = answer ?? (await send());
      if (refreshed.status !== 200) throw new Wrong(`a refresh ${answer ? "is" : "sent again is"} answered ${await outcome(refreshed)}`);
      await keep(chaos, await tokensOf(refreshed), user);
      return howOften(answer);
    },
  };
};

async function revocation(chaos: Chaos): Promise<Ready> {
  const { tokens } = await session(chaos);
  const send = () => revoke(chaos.site.worker, chaos.client, tokens.refresh_token);
  return {
    send,
    goOn: async (answer) => {
      expectStatus(answer ?? (await send()), 200, "the revocation");
      await isOver(chaos.site.worker, chaos.client, tokens);
      return howOften(answer);
    },
  };
}

/** What a person changes on the page of connected apps. */
const accountChange = (fields: Record<string, string>) => async (chaos: Chaos): Promise<Ready> => {
  const { user, tokens } = await session(chaos);
  const { worker } = chaos.site;
  const [person, grant] = [new Person(), grantOf(tokens.access_token)];
  const page = await openAccount(worker, person, { user });
  if (!page.grants.includes(grant)) throw new Wrong("an answered session is not on the page of connected apps");
  return {
    send: () => press(worker, person, page, { grant, ...fields }),
    goOn: async (answer) => {
      if (answer) expectStatus(answer, 303, "the change");
      const now = chaos.site.worker;
      const after = answer ? await openAccount(now, person, { user }) : await pressed(now, person, page, { grant, ...fields });
      const connection = after.connections.find((each) => each.grant === grant);
      if (!fields.skill) {
        if (connection) throw new Wrong("a connection that was ended is still listed");
        await isOver(now, chaos.client, tokens);
        return howOften(answer);
      }
      if (connection?.skills.includes(fields.skill)) throw new Wrong("a skill that was taken away is still listed");
      const refreshed = await tokensOf(await refresh(now, chaos.client, tokens.refresh_token));
      if (refreshed.scope.includes("project:write")) throw new Wrong(`a skill that was taken away left the scope ${refreshed.scope}`);
      await keep(chaos, refreshed, user);
      return howOften(answer);
    },
  };
};

async function call(chaos: Chaos): Promise<Ready> {
  const { user, tokens } = await session(chaos);
  const send = async () => new Response(await tool(chaos.site.worker, tokens.access_token));
  return {
    send,
    goOn: async (answer) => {
      const said = await (answer ?? (await send())).text();
      if (!said.includes("@")) throw new Wrong(`whoami answered ${said.slice(0, 100)}`);
      await keep(chaos, tokens, user);
      return howOften(answer);
    },
  };
}

/** The renewal is the first: how long Sentry's tokens last is changed while it signs in. */
export const steps: Step[] = [
  { name: RENEWAL, prepare: refreshing(SOON) },
  { name: "authorize", prepare: authorize },
  { name: "approve", prepare: approve },
  { name: CALLBACK, prepare: callback },
  { name: REDEMPTION, prepare: redemption },
  { name: REFRESH, prepare: refreshing() },
  { name: "tool call", prepare: call },
  { name: REVOCATION, prepare: revocation },
  { name: NARROWED, prepare: accountChange({ skill: "project-management" }) },
  { name: DISCONNECTED, prepare: accountChange({}) },
];
