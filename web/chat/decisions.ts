// A person's word belongs to the endpoint where they were asked: another one may do something else with the same arguments.
import { type Call, type Entry, turn } from "./conversation.ts";

const idsOf = (calls: Call[]): string[] => calls.map(({ id }) => id);

/** What waits for a person, or for the next request with their word, but was shown for another endpoint than this one. */
const isElsewhere = (entry: Entry, endpoint: string): entry is Call =>
  entry.kind === "call" && (entry.state === "confirm" || entry.state === "approved") && entry.endpoint !== endpoint;

/** The conversation at this endpoint: what was asked for another one is taken back. */
export function withdrawn(entries: Entry[], endpoint: string): Entry[] {
  return entries.map((entry) => (isElsewhere(entry, endpoint) ? { ...entry, state: "withdrawn" as const } : entry));
}

/** Whether the model waits for an answer that `withdrawn` gives in the person's stead. */
export function goesOn(entries: Entry[], endpoint: string): boolean {
  return turn(entries).some((entry) => isElsewhere(entry, endpoint) && !entry.direct);
}

/** What is sent of the last turn's decisions, and where: with an approval goes the endpoint that its card was shown for. */
export function decisions(entries: Entry[], chosen: string): { endpoint: string; approved: string[]; declined: string[] } {
  const open = turn(entries).filter((entry): entry is Call => entry.kind === "call" && !entry.direct && !entry.result);
  const approved = open.filter(({ state }) => state === "approved");
  const endpoint = approved[0]?.endpoint ?? chosen;
  return {
    endpoint,
    approved: idsOf(approved.filter((call) => call.endpoint === endpoint)),
    declined: idsOf(open.filter(({ state }) => state === "declined" || state === "withdrawn")),
  };
}
