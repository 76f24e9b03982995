// What a screen reader says while an answer comes: what is being done, and the answer once it is whole, not every word of
// it as it arrives.
import { type Entry, waiting } from "./conversation.ts";
import { toolTitle } from "./plain.ts";
import type { ChatEvent } from "./protocol.ts";

/** Longer answers are read by moving to them. */
const LONGEST = 600;

/** Undefined: nothing to be said of it. */
export function heading(entries: Entry[], event: ChatEvent): string | undefined {
  if (event.type === "tool_call") return `Running ${toolTitle(event.name, event.target)}.`;
  if (event.type !== "tool_result" || !event.isError) return undefined;
  const call = entries.find((entry) => entry.kind === "call" && entry.id === event.id);
  return call?.kind === "call" ? `${toolTitle(call.name, call.target)} failed.` : undefined;
}

/** How it ended. */
export function outcome(entries: Entry[]): string {
  const [asked] = waiting(entries, "confirm");
  if (asked) return `${toolTitle(asked.name, asked.target)} would change data. Approve or decline it.`;
  const last = entries.at(-1);
  switch (last?.kind) {
    case "answer":
      return last.text.length > LONGEST ? `${last.text.slice(0, LONGEST)} … The answer is longer.` : last.text;
    case "call":
      return `${toolTitle(last.name, last.target)}: ${last.state}.`;
    case "tools":
      return `${last.tools.length} tools.`;
    case "failure":
    case "note":
      return last.text;
    default:
      return "";
  }
}
