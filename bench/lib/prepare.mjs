// What our worker must hold before it is measured: a registered client, and grants with their tokens.
import { createHash } from "node:crypto";

const verifier = "bench-bench-bench-bench-bench-bench-bench-bench";
const challenge = createHash("sha256").update(verifier).digest("base64url");
const redirectUri = "http://127.0.0.1:33418/callback";
const form = { "content-type": "application/x-www-form-urlencoded" };

export const registration = JSON.stringify({
  client_name: "Bench Editor",
  redirect_uris: [redirectUri],
  grant_types: ["authorization_code", "refresh_token"],
  response_types: ["code"],
  token_endpoint_auth_method: "none",
});

export async function register(origin) {
  const response = await fetch(`${origin}/oauth/register`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: registration,
  });
  if (response.status !== 201) throw new Error(`register: ${response.status} ${await response.text()}`);
  return (await response.json()).client_id;
}

export function authorizePath(origin, client) {
  const query = new URLSearchParams({
    response_type: "code",
    client_id: client,
    redirect_uri: redirectUri,
    code_challenge: challenge,
    code_challenge_method: "S256",
    resource: `${origin}/mcp`,
    scope: "org:read event:write",
    state: "state-of-the-client",
  });
  return `/oauth/authorize?${query}`;
}

/** What a token request holds beside the code. */
export function tokenForm(client) {
  return new URLSearchParams({ grant_type: "authorization_code", client_id: client, redirect_uri: redirectUri, code_verifier: verifier }).toString();
}

/** The consent form's fields beside the ticket, read once from the page: what it has ticked, and Approve. */
export async function consentFields(origin, client) {
  const page = await (await visit(`${origin}${authorizePath(origin, client)}`)).text();
  const ticked = [...page.matchAll(/<input\b[^>]*>/g)].filter(([tag]) => /name="skill"/.test(tag) && /\schecked\b/.test(tag));
  return `${ticked.map(([tag]) => `&skill=${/value="([^"]*)"/.exec(tag)[1]}`).join("")}&action=approve`;
}

/** Grants through the whole flow, a few at a time. */
export async function signIn(origin, client, count) {
  const consent = await consentFields(origin, client);
  const tokens = [];
  let left = count;
  const one = async () => {
    while (left-- > 0) tokens.push(await flow(origin, client, consent));
  };
  await Promise.all(Array.from({ length: 8 }, one));
  return tokens;
}

async function flow(origin, client, consent) {
  const page = await visit(`${origin}${authorizePath(origin, client)}`);
  const browser = cookie(page);
  const ticket = /name="state" value="([^"]*)"/.exec(await page.text())?.[1];
  if (!ticket) throw new Error(`no consent page: ${page.status}`);
  const headers = { ...form, cookie: browser, origin };
  const decided = await visit(`${origin}/oauth/authorize`, { method: "POST", headers, body: `state=${encodeURIComponent(ticket)}${consent}` });
  const state = location(decided).get("state");
  const back = `${origin}/oauth/callback?code=upstream&state=${encodeURIComponent(state)}`;
  const code = location(await visit(back, { headers: { cookie: `${browser}; ${cookie(decided)}` } })).get("code");
  const response = await visit(`${origin}/oauth/token`, { method: "POST", headers: form, body: `${tokenForm(client)}&code=${code}` });
  if (response.status !== 200) throw new Error(`token: ${response.status} ${await response.text()}`);
  return response.json();
}

function visit(url, init = {}) {
  return fetch(url, { redirect: "manual", ...init });
}

function cookie(response) {
  return response.headers.get("set-cookie")?.split(";")[0] ?? "";
}

function location(response) {
  if (response.status !== 302) throw new Error(`${response.url}: ${response.status} instead of a redirect`);
  return new URL(response.headers.get("location")).searchParams;
}
