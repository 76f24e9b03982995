// A client in the shape in which it asks, as tests/workerd/zoo.test.ts walks it. Where each is from stands in docs/CLIENTS.md.
import type { Algorithm } from "../assertion.ts";
import type { Parameters } from "../oauth.ts";

export interface Animal {
  name: string;
  /** What it registers… */
  registers?: Record<string, unknown>;
  /** …or what it says of itself at its Client ID. */
  document?: Record<string, unknown> & { client_id: string };
  /** Where it is called back, if not at the first redirect URI that it names. */
  redirectUri?: string;
  /** What it adds to the usual authorization request; `undefined` takes away. */
  asks?: Parameters;
  /** What it adds to both token requests. */
  sends?: Parameters;
  headers?: Record<string, string>;
  /** It leaves the resource out of its token requests. */
  noResource?: boolean;
  /** It shows the secret that its registration gave it, in the form or in the `Authorization` header. */
  secret?: "post" | "basic";
  /** It signs its token requests with a key of its document's `jwks_uri`. */
  signs?: Algorithm;
  /** It gives up where the answer to its registration states less scope than it asked for. */
  coversScope?: boolean;
  /** A page of it calls the token endpoint: its origin. */
  origin?: string;
  /** It wants `iss` in every answer where the metadata advertise it, and goes on without it. */
  wantsIssuer?: boolean;
  /** Where its requests come from, to a deployed server. */
  address?: string;
}

export const BOTH = ["authorization_code", "refresh_token"];
export const DEVICE = "urn:ietf:params:oauth:grant-type:device_code";
export const ALL = "org:read project:write team:write event:write";
