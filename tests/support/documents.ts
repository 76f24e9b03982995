// Documents on hosts that only the worker under test can reach: client metadata on https://client.example/…
import { Response } from "miniflare";
import type { Outgoing } from "./worker.ts";

export interface ServedDocument {
  status?: number;
  headers?: Record<string, string>;
  /** A string is sent as it is, anything else as JSON. */
  body: unknown;
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
