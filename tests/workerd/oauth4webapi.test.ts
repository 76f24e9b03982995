// A strict client that is not ours: oauth4webapi refuses every answer that is not as the RFCs have it.
import * as oauth from "oauth4webapi";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DemoSentry, startDemoSentry } from "../support/demo-sentry.ts";
import { REDIRECT_URI } from "../support/oauth.ts";
import { Person } from "../support/person.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

/** The worker is on plain http here. */
const local = { [oauth.allowInsecureRequests]: true };

let sentry: DemoSentry;
let worker: TestWorker;
let server: oauth.AuthorizationServer;
beforeAll(async () => {
  sentry = await startDemoSentry();
  worker = await startWorker({ sentry: sentry.url });
  server = await discover(new URL(worker.origin));
});
afterAll(() => Promise.all([worker?.stop(), sentry?.stop()]));

/** RFC 8414 §3.3: the issuer in the document is the one that was asked for. */
async function discover(issuer: URL): Promise<oauth.AuthorizationServer> {
  return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...local }));
}

async function register(method: string): Promise<oauth.Client> {
  const metadata = { client_name: "Strict", redirect_uris: [REDIRECT_URI], token_endpoint_auth_method: method };
  return oauth.processDynamicClientRegistrationResponse(await oauth.dynamicClientRegistrationRequest(server, metadata, local));
}

interface Flow {
  as?: oauth.AuthorizationServer;
  resource?: string;
  deny?: boolean;
  /** Whom the client believes that it asked. */
  believed?: oauth.AuthorizationServer;
}

/** From the authorization endpoint to validated callback parameters: `state` and `iss` (RFC 9207 §2.4) are compared. */
async function authorize(client: oauth.Client, { as = server, resource = `${worker.origin}/mcp`, deny, believed = as }: Flow = {}) {
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const url = new URL(as.authorization_endpoint!);
  const parameters = {
    client_id: client.client_id,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    redirect_uri: REDIRECT_URI,
    resource,
    response_type: "code",
    state,
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  const callback = await new Person().authorize(url, deny ? { deny: "here" } : {});
  return { verifier, parameters: oauth.validateAuthResponse(believed, client, callback, state) };
}

async function redeem(client: oauth.Client, auth: oauth.ClientAuth, flow: Flow = {}): Promise<oauth.TokenEndpointResponse> {
  const as = flow.as ?? server;
  const { verifier, parameters } = await authorize(client, flow);
  const response = await oauth.authorizationCodeGrantRequest(as, client, auth, parameters, REDIRECT_URI, verifier, local);
  return oauth.processAuthorizationCodeResponse(as, client, response);
}

async function introspect(client: oauth.Client, auth: oauth.ClientAuth, token: string): Promise<oauth.IntrospectionResponse> {
  return oauth.processIntrospectionResponse(server, client, await oauth.introspectionRequest(server, client, auth, token, local));
}

describe.each([
  ["none", () => oauth.None()],
  ["client_secret_basic", (secret: string) => oauth.ClientSecretBasic(secret)],
  ["client_secret_post", (secret: string) => oauth.ClientSecretPost(secret)],
])("a client that authenticates with %s", (method, make) => {
  // rule: others/oauth4webapi: oauth4webapi, which refuses every answer that is not as the RFCs have it, by `none`,
  //    `client_secret_basic` and `client_secret_post`
  it("signs in, calls, refreshes, introspects and revokes", async () => {
    const client = await register(method);
    const auth = make(`${client.client_secret}`);
    const first = await redeem(client, auth);
    expect(first.token_type).toBe("bearer");

    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" });
    const headers = new Headers({ "content-type": "application/json", accept: "application/json, text/event-stream" });
    const endpoint = new URL("/mcp", worker.origin);
    const answer = await oauth.protectedResourceRequest(first.access_token, "POST", endpoint, headers, body, local);
    expect(answer.status).toBe(200);

    const response = await oauth.refreshTokenGrantRequest(server, client, auth, first.refresh_token!, local);
    const second = await oauth.processRefreshTokenResponse(server, client, response);
    expect(second.refresh_token).not.toBe(first.refresh_token);

    const found = await introspect(client, auth, second.access_token);
    expect(found).toMatchObject({ active: true, client_id: client.client_id, iss: worker.origin, aud: `${worker.origin}/mcp` });

    await oauth.processRevocationResponse(await oauth.revocationRequest(server, client, auth, second.refresh_token!, local));
    expect(await introspect(client, auth, second.access_token)).toEqual({ active: false });
    const late = await oauth.refreshTokenGrantRequest(server, client, auth, second.refresh_token!, local);
    await expect(oauth.processRefreshTokenResponse(server, client, late)).rejects.toMatchObject({
      code: oauth.RESPONSE_BODY_ERROR,
      error: "invalid_grant",
      status: 400,
    });
  });
});

// rule: others/oauth4webapi
it("reads the resource's metadata and finds the same server in it (RFC 9728 §3.3)", async () => {
  const resource = new URL("/mcp", worker.origin);
  const found = await oauth.processResourceDiscoveryResponse(resource, await oauth.resourceDiscoveryRequest(resource, local));
  expect(found.authorization_servers).toEqual([server.issuer]);
});

// rule: others/oauth4webapi-iss: oauth4webapi compares `iss`, also of an issuer below the origin
it("takes an issuer below the origin, whose answers name it", async () => {
  const resource = `${worker.origin}/mcp/lighthouse-books`;
  const as = await discover(new URL(resource));
  expect(as.issuer).toBe(resource);
  const tokens = await redeem(await register("none"), oauth.None(), { as, resource });
  expect(tokens.access_token).toBeTruthy();
});

// rule: others/oauth4webapi-iss
it("refuses an answer of another issuer (RFC 9207 §2.4)", async () => {
  const resource = `${worker.origin}/mcp/lighthouse-books`;
  const as = await discover(new URL(resource));
  const mixedUp = authorize(await register("none"), { as, resource, believed: server });
  await expect(mixedUp).rejects.toThrow('unexpected "iss" (issuer) response parameter value');
});

// rule: others/oauth4webapi
it("reads a challenge of the resource (RFC 6750 §3)", async () => {
  const request = oauth.protectedResourceRequest("no-token", "POST", new URL("/mcp", worker.origin), undefined, "{}", local);
  await expect(request).rejects.toMatchObject({
    code: oauth.WWW_AUTHENTICATE_CHALLENGE,
    cause: [{ scheme: "bearer", parameters: { error: "invalid_token" } }],
  });
});

// rule: others/oauth4webapi
it("reads a refusal by the person, with state and issuer", async () => {
  await expect(authorize(await register("none"), { deny: true })).rejects.toMatchObject({
    code: oauth.AUTHORIZATION_RESPONSE_ERROR,
    error: "access_denied",
  });
});

// rule: others/oauth4webapi
it("reads a refusal to authenticate", async () => {
  const client = await register("client_secret_basic");
  await expect(redeem(client, oauth.ClientSecretBasic("wrong"))).rejects.toMatchObject({
    code: oauth.WWW_AUTHENTICATE_CHALLENGE,
    cause: [{ scheme: "basic" }],
    status: 401,
  });
});
