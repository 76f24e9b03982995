// An application on this computer: it listens on a loopback port for the browser to come back (RFC 8252 §7.3).
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface LoopbackClient extends AsyncDisposable {
  origin: string;
  redirectUri: string;
  /** The next URL that a browser was sent back to. */
  called(): Promise<URL>;
  stop(): Promise<void>;
}

export async function startLoopbackClient(): Promise<LoopbackClient> {
  const arrived: URL[] = [];
  const waiting: ((url: URL) => void)[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", origin);
    if (url.pathname === "/callback") {
      const next = waiting.shift();
      if (next) next(url);
      else arrived.push(url);
    }
    const known = ["/", "/callback"].includes(url.pathname);
    response.writeHead(known ? 200 : 204, { "content-type": "text/html; charset=utf-8" });
    response.end(known ? "<!doctype html><title>The application</title><p>You are back in the application." : undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return {
    origin,
    redirectUri: `${origin}/callback`,
    called: () => {
      const url = arrived.shift();
      return url ? Promise.resolve(url) : new Promise((resolve) => waiting.push(resolve));
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
