// Documents on hosts that only the worker under test can reach: client metadata on https://client.example/…
import { Response } from "miniflare";
import { REDIRECT_URI, type Registered } from "./oauth.ts";
import type { Outgoing } from "./worker.ts";

export interface ServedDocument {
  status?: number;
  headers?: Record<string, string>;
  /** A string is sent as it is, anything else as JSON. */
  body: unknown;
}

/** Puts a client's document where it says to be; members of `change` are over the usual ones. */
export function publishTo(
  documents: Map<string, ServedDocument>,
  url: string,
  change: Record<string, unknown> = {},
  answer: Partial<ServedDocument> = {},
): Registered {
  const usual = { client_id: url, client_name: "Example Editor", redirect_uris: [REDIRECT_URI] };
  documents.set(url, { body: { ...usual, ...change }, ...answer });
  return { client_id: url, redirect_uris: (change.redirect_uris as string[] | undefined) ?? [REDIRECT_URI] };
}

/** An `outgoing` hook that serves these documents by their full URL; change the map while the worker runs. */
export function serveDocuments(documents: Map<string, ServedDocument>): Outgoing {
  return (request) => {
    const found = documents.get(request.url);
    if (!found) return undefined;
    const body = typeof found.body === "string" ? found.body : JSON.stringify(found.body);
    return new Response(body, {
      status: found.status ?? 200,
      headers: { "content-type": "application/json", ...found.headers },
    });
  };
}
