// A request that goes out as it is written: no URL parser resolves its path, no fetch adds a header.
import { request } from "node:http";

export interface RawRequest {
  method?: string;
  /** With the query; sent byte for byte. */
  path: string;
  headers?: Record<string, string | string[]>;
  body?: string | Uint8Array;
}

export function raw(origin: string, { method = "GET", path, headers = {}, body }: RawRequest): Promise<Response> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path, headers, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("error", reject);
      answer.on("end", () => {
        const list = new Headers();
        for (let i = 0; i < answer.rawHeaders.length; i += 2) list.append(answer.rawHeaders[i]!, answer.rawHeaders[i + 1]!);
        const text = answer.statusCode === 204 || method === "HEAD" ? null : Buffer.concat(chunks);
        resolve(new Response(text, { status: answer.statusCode, headers: list }));
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
