// Sends a draft byte for byte, and answers with what came back, or that nothing did.
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { query } from "../oauth.ts";
import { type Draft, wellFormed } from "./routes.ts";

/** The longest that any answer to a stranger may take on a busy machine, in milliseconds. */
const LIMIT = 15_000;

export interface Answer {
  status: number;
  headers: Map<string, string>;
  body: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: 16 });

export const closeConnections = () => agent.destroy();

export function written({ path, query: parameters, headers, body, method }: Draft) {
  const search = parameters.map(([name, text]) => query({ [name]: wellFormed(text) })).join("&");
  // As Node's client insists; what it escapes here it would refuse.
  const target = `${path}${search ? `?${search}` : ""}`.replace(/[^\x21-\xff]/g, (sign) => encodeURIComponent(sign)).slice(0, 15_000);
  return { method, path: target, headers: { host: undefined, ...headers }, bytes: bytesOf(body) };
}

function bytesOf(body: Draft["body"]): Uint8Array | undefined {
  if (!body) return undefined;
  if ("bytes" in body) return body.bytes;
  if ("json" in body) return Buffer.from(JSON.stringify(body.json) ?? "");
  return Buffer.from(body.form.map(([name, text]) => query({ [name]: wellFormed(text) })).join("&"));
}

export function send(origin: string, draft: Draft): Promise<Answer> {
  const { hostname, port, host } = new URL(origin);
  const { method, path, headers, bytes } = written(draft);
  const sent = { ...headers, host: headers.host || host, "content-length": bytes?.length ?? 0 };
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, method, path, headers: sent, agent, setHost: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("error", reject);
      answer.on("end", () => {
        const list = new Map<string, string>();
        for (let i = 0; i < answer.rawHeaders.length; i += 2) {
          const name = answer.rawHeaders[i]!.toLowerCase();
          list.set(name, [list.get(name), answer.rawHeaders[i + 1]!].filter((part) => part !== undefined).join("\n"));
        }
        resolve({ status: answer.statusCode ?? 0, headers: list, body: Buffer.concat(chunks).toString("utf8") });
      });
    });
    asked.setTimeout(LIMIT, () => asked.destroy(new Error(`no answer within ${LIMIT / 1000} s`)));
    asked.on("error", reject);
    asked.end(bytes);
  });
}

/** Sends a part of what was announced, and goes away. */
export function sendCutOff(origin: string, draft: Draft, share: number): Promise<void> {
  const { hostname, port, host } = new URL(origin);
  const { method, path, headers, bytes = new Uint8Array(100) } = written(draft);
  const lines = Object.entries({ ...headers, host, "content-length": bytes.length }).map(([name, value]) => `${name}: ${value}`);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
      socket.write(bytes.subarray(0, Math.floor(bytes.length * share)), () => setTimeout(() => socket.destroy(), 5));
    });
    socket.on("error", reject).on("close", () => resolve());
  });
}
