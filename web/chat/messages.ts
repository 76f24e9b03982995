// The conversation as the model is told it.
import type { Call, Entry } from "./conversation.ts";
import type { Message } from "./protocol.ts";

/** Below what the server takes: in bytes of JSON, and in messages. */
const LONGEST = 300 * 1024;
const MOST = 380;

/** What the model reads of a call that got no answer before the conversation went on. */
const UNANSWERED: Partial<Record<Call["state"], string>> = {
  stopped: "Stopped by the person before it answered; whether it had an effect is not known.",
  declined: "The person declined; it was not run.",
  withdrawn: "The person chose another endpoint before they decided; it was not run.",
};

/**
 * The messages, oldest turns left out where they would be too many. In the last turn nothing is said in a call's stead:
 * the server runs what is open there, or asks.
 */
export function messages(entries: Entry[]): Message[] {
  const turns = split(entries).map((part, n, all) => ofTurn(part, n === all.length - 1));
  const size = (turn: Message[]) => new TextEncoder().encode(JSON.stringify(turn)).length;
  let total = turns.reduce((sum, turn) => sum + size(turn), 0);
  while (turns.length > 1 && (total > LONGEST || turns.flat().length > MOST)) total -= size(turns.shift()!);
  return turns.flat();
}

/** One part for each question; what was said before the first is nobody's. */
function split(entries: Entry[]): Entry[][] {
  const parts: Entry[][] = [];
  for (const entry of entries) {
    if (entry.kind === "user") parts.push([entry]);
    else parts.at(-1)?.push(entry);
  }
  return parts;
}

/** The arguments of a call: where a person was asked, in the very words that they were shown. */
export const sent = ({ shown, arguments: given }: Call): string => shown || JSON.stringify(given);

function ofTurn(entries: Entry[], isLast: boolean): Message[] {
  const steps = new Map<number, { text: string; calls: Call[] }>();
  const of = (number: number) => {
    const step = steps.get(number) ?? { text: "", calls: [] };
    steps.set(number, step);
    return step;
  };
  const found: Message[] = [];
  for (const entry of entries) {
    if (entry.kind === "user") found.push({ role: "user", content: entry.text });
    if (entry.kind === "answer") of(entry.step).text += entry.text;
    if (entry.kind === "call" && !entry.direct) of(entry.step).calls.push(entry);
  }
  for (const { text, calls } of steps.values()) {
    const tool_calls = calls.map((call) => ({ id: call.id, type: "function" as const, function: { name: call.name, arguments: sent(call) } }));
    found.push({ role: "assistant", content: text, ...(tool_calls.length > 0 && { tool_calls }) });
    for (const { id, state, result } of calls) {
      const content = result?.text ?? (isLast ? undefined : (UNANSWERED[state] ?? UNANSWERED.stopped));
      if (content !== undefined) found.push({ role: "tool", tool_call_id: id, content });
    }
  }
  return found;
}
