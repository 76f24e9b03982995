// What page and server say to each other. What arrives is checked: a member that is not what it should be is as good as
// absent, an event that makes no sense is none.

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type Arguments = { [name: string]: Json };

export interface ToolInfo {
  name: string;
  title: string;
  description: string;
  readOnly: boolean;
}

export type ChatEvent =
  | { type: "text"; delta: string }
  | { type: "tool_call"; id: string; name: string; arguments: Arguments; target?: string; changes: boolean }
  /** `shown`: the arguments as the server writes them for the person; empty where it did not. */
  | { type: "confirm"; id: string; name: string; arguments: Arguments; shown: string; target?: string }
  | { type: "tool_result"; id: string; isError: boolean; text: string; cut: boolean; ms?: number }
  | { type: "tools"; tools: ToolInfo[] }
  | { type: "error"; code: string; message: string; requestId?: string }
  | { type: "done"; reason: string; steps: number };

export type Message =
  | { role: "user"; content: string }
  | { role: "assistant"; content: string; tool_calls?: { id: string; type: "function"; function: { name: string; arguments: string } }[] }
  | { role: "tool"; tool_call_id: string; content: string };

export interface ChatRequest {
  endpoint: string;
  messages: Message[];
  /** Arguments as JSON, so that they keep their order and every digit. */
  call?: { name: string; arguments: string };
  approved?: string[];
  declined?: string[];
}

export interface Status {
  authenticated: boolean;
  name?: string;
  model?: string;
  /** Whose links are links. */
  sentry?: string;
}

export const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
export const text = (value: unknown): string => (typeof value === "string" ? value : "");
const some = (value: unknown): string | undefined => text(value) || undefined;
const number = (value: unknown): number | undefined => (typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined);
export const asArguments = (value: unknown): Arguments => (isObject(value) ? (value as Arguments) : {});

/** One event of the stream; undefined for what this page does not know. */
export function readEvent(type: string, data: string): ChatEvent | undefined {
  let body: unknown;
  try {
    body = JSON.parse(data);
  } catch {
    return undefined;
  }
  if (!isObject(body)) return undefined;
  const [id, name] = [text(body.id), text(body.name)];
  switch (type) {
    case "text":
      return { type, delta: text(body.delta) };
    case "tool_call":
    case "confirm": {
      if (!id || !name) return undefined;
      const call = { id, name, arguments: asArguments(body.arguments), target: some(body.target) };
      return type === "confirm" ? { type, ...call, shown: text(body.shown) } : { type, ...call, changes: body.changes === true };
    }
    case "tool_result":
      if (!id) return undefined;
      return { type, id, isError: body.is_error === true, text: resultText(body), cut: body.cut === true, ms: number(body.ms) };
    case "tools":
      return { type, tools: Array.isArray(body.tools) ? body.tools.flatMap(readTool) : [] };
    case "error":
      return { type, code: text(body.code), message: text(body.message), requestId: some(body.request_id) };
    case "done":
      return { type, reason: text(body.reason), steps: number(body.steps) ?? 0 };
    default:
      return undefined;
  }
}

/** Where a tool answers with data alone, its data. */
const resultText = (body: Record<string, unknown>): string =>
  text(body.text) || (isObject(body.structured) ? JSON.stringify(body.structured) : "");

function readTool(value: unknown): ToolInfo[] {
  if (!isObject(value) || !text(value.name)) return [];
  const name = text(value.name);
  return [{ name, title: text(value.title) || name, description: text(value.description), readOnly: value.read_only === true }];
}

export function readStatus(body: unknown): Status {
  if (!isObject(body)) return { authenticated: false };
  const user = isObject(body.user) ? body.user : {};
  return { authenticated: body.authenticated === true, name: some(user.name), model: some(body.model), sentry: some(body.sentry) };
}
