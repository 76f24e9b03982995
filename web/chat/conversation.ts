// The conversation as a list of entries, and what each event of an answer does to it. Pure: nothing here asks the browser
// for anything.
import { type Failure, inWords } from "./failures.ts";
import type { Arguments, ChatEvent, ToolInfo } from "./protocol.ts";

/**
 * Where a tool call stands. `confirm` waits for a person; `approved` and `declined` wait for the next request. `withdrawn` is
 * as declined, by the page: it was asked at an endpoint that is no longer the chosen one.
 */
export type CallState = "running" | "confirm" | "approved" | "declined" | "withdrawn" | "done" | "failed" | "stopped";

export interface Call {
  kind: "call";
  key: string;
  /** The model's id of it. */
  id: string;
  /** The round of the model that it belongs to. */
  step: number;
  name: string;
  /** The tool that `execute_sentry_tool` runs. */
  target?: string;
  arguments: Arguments;
  /** What the person was or is asked about, as it was written for them: what is sent when they agree. */
  shown?: string;
  /** Where the person was or is asked: their word counts there and nowhere else. */
  endpoint?: string;
  changes: boolean;
  state: CallState;
  result?: { text: string; cut: boolean; ms?: number };
  /** By a slash command: no part of what the model is told. */
  direct?: boolean;
}

export type Entry =
  | { kind: "user"; key: string; text: string }
  | { kind: "answer"; key: string; text: string; step: number }
  | Call
  /** Said by this page: help, lists of tools. */
  | { kind: "note"; key: string; text: string }
  | { kind: "tools"; key: string; tools: ToolInfo[] }
  | { kind: "failure"; key: string; failure: Failure; text: string };

let drawn = 0;
/** Names an entry, in this tab and among others. */
export const newKey = (): string => `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}-${drawn++}`;

const isNo = ({ state }: Call): boolean => state === "declined" || state === "withdrawn";

/** The conversation after one more event. `direct`: it answers a slash command; `endpoint`: who sent it. */
export function after(entries: Entry[], event: ChatEvent, direct = false, endpoint?: string): Entry[] {
  const last = entries.at(-1);
  switch (event.type) {
    case "text":
      if (event.delta === "") return entries;
      if (last?.kind === "answer") return [...entries.slice(0, -1), { ...last, text: last.text + event.delta }];
      return [...entries, { kind: "answer", key: newKey(), text: event.delta, step: nextStep(entries) }];
    case "tool_call": {
      const { id, name, target, changes } = event;
      if (open(entries, id, direct) >= 0) return changed(entries, id, direct, (call) => (isNo(call) ? call : { ...call, state: "running" }));
      const step = last?.kind === "answer" ? last.step : nextStep(entries);
      return [...entries, { kind: "call", key: newKey(), id, step, name, target, arguments: event.arguments, changes, state: "running", ...(direct && { direct }) }];
    }
    case "confirm": {
      const { name, target, shown } = event;
      // What cannot be shown is not asked about.
      const asked = { state: shown ? "confirm" : "stopped", name, target, arguments: event.arguments, shown, endpoint, changes: true } as const;
      if (open(entries, event.id, direct) >= 0) return changed(entries, event.id, direct, (call) => ({ ...call, ...asked }));
      return after(after(entries, { ...event, type: "tool_call", changes: true }, direct), event, direct, endpoint);
    }
    case "tool_result": {
      const { text, cut, ms } = event;
      return changed(entries, event.id, direct, (call) => {
        const state = isNo(call) ? call.state : event.isError ? "failed" : "done";
        return { ...call, state, result: { text, cut, ms } };
      });
    }
    case "tools":
      return [...entries, { kind: "tools", key: newKey(), tools: event.tools }];
    case "error":
      return failed(entries, { code: event.code, message: event.message, requestId: event.requestId });
    case "done":
      return ended(entries, event.reason, event.steps);
  }
}

/**
 * The place of the call that an event is about: without an answer yet, and of this turn. One that was stopped may be run
 * again when the conversation goes on; one by a slash command may not, since the next one has the same id.
 */
function open(entries: Entry[], id: string, direct: boolean): number {
  const from = entries.findLastIndex(({ kind }) => kind === "user");
  const at = entries.findLastIndex((entry) => entry.kind === "call" && entry.id === id && (entry.direct ?? false) === direct);
  const call = entries[at];
  if (call?.kind !== "call" || call.result) return -1;
  return direct ? (["running", "confirm", "approved"].includes(call.state) ? at : -1) : at > from ? at : -1;
}

function changed(entries: Entry[], id: string, direct: boolean, change: (call: Call) => Call): Entry[] {
  const at = open(entries, id, direct);
  return at < 0 ? entries : entries.with(at, change(entries[at] as Call));
}

/** A new round of the model begins once every call of the present one is answered. */
function nextStep(entries: Entry[]): number {
  const calls = turn(entries).filter((entry) => entry.kind === "call" && !entry.direct);
  const step = Math.max(0, ...turn(entries).map((entry) => ("step" in entry ? entry.step : 0)));
  const goesOn = calls.some((call) => call.kind === "call" && call.step === step && !call.result);
  return goesOn ? step : step + 1;
}

/** Everything since the last question, the question included. */
export function turn(entries: Entry[]): Entry[] {
  return entries.slice(Math.max(0, entries.findLastIndex(({ kind }) => kind === "user")));
}

export function failed(entries: Entry[], failure: Failure): Entry[] {
  return [...settled(entries), { kind: "failure", key: newKey(), failure, text: inWords(failure) }];
}

const ENDS: Record<string, string> = {
  steps: "I stopped here: one question may use the model 10 times. Ask me to go on.",
  time: "I stopped here: the time for one question was over. Ask me to go on.",
  tokens: "I stopped here: one question may not use more of the model. Ask me to go on.",
};

function ended(entries: Entry[], reason: string, steps: number): Entry[] {
  const said = Object.hasOwn(ENDS, reason) ? ENDS[reason]!.replace("10", String(steps || 10)) : undefined;
  const quiet = settled(entries);
  return said ? [...quiet, { kind: "note", key: newKey(), text: said }] : quiet;
}

/** Nothing runs any more: what was under way was stopped; a question to the person stays. */
export function settled(entries: Entry[]): Entry[] {
  return entries.map((entry) => (entry.kind === "call" && entry.state === "running" ? { ...entry, state: "stopped" as const } : entry));
}

/** The calls that a person must decide, or has decided, in the last turn. */
export const waiting = (entries: Entry[], ...states: CallState[]): Call[] =>
  entries.filter((entry): entry is Call => entry.kind === "call" && states.includes(entry.state));

/** A person's word on a call. */
export function decided(entries: Entry[], key: string, approve: boolean): Entry[] {
  return entries.map((entry) =>
    entry.kind === "call" && entry.key === key && entry.state === "confirm" ? { ...entry, state: approve ? ("approved" as const) : ("declined" as const) } : entry,
  );
}

/** What was approved is asked about again: it may be another person who goes on. */
export function undecided(entries: Entry[]): Entry[] {
  return entries.map((entry) => (entry.kind === "call" && entry.state === "approved" ? { ...entry, state: "confirm" as const } : entry));
}

/** The person goes on to something else: open questions are answered with no. */
export function passedOver(entries: Entry[]): Entry[] {
  return settled(entries).map((entry) =>
    entry.kind === "call" && ["confirm", "approved"].includes(entry.state) ? { ...entry, state: "declined" as const } : entry,
  );
}

/** Whether the last turn ends with something that asks for an answer. */
export function isUnfinished(entries: Entry[]): boolean {
  const last = turn(entries).findLast((entry) => ["user", "answer", "call"].includes(entry.kind) && !("direct" in entry));
  return last?.kind === "user" || (last?.kind === "call" && last.state !== "confirm");
}

/** Without a half-said answer at the end: the conversation goes on from a question, from calls or from their answers. */
export function resumable(entries: Entry[]): Entry[] {
  const told = (entry: Entry) => entry.kind === "user" || entry.kind === "answer" || (entry.kind === "call" && !entry.direct);
  const at = entries.findLastIndex(told);
  return entries[at]?.kind === "answer" ? resumable(entries.toSpliced(at, 1)) : entries;
}

/** Without what came of the last question, for another try; what tools have changed stays, since it has happened. */
export function rewound(entries: Entry[]): Entry[] {
  const asked = entries.findLastIndex(({ kind }) => kind === "user");
  const kept = (entry: Entry) => entry.kind === "call" && entry.changes && entry.result !== undefined && !entry.direct;
  return [...entries.slice(0, asked + 1), ...entries.slice(asked + 1).filter(kept)];
}
