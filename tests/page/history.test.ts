// The conversation in the browser's storage: what another version, another tab or somebody else has left there.
// file rule: chat-page/history: the history is bounded, versioned, tolerant, the same in two tabs, and approves nothing
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Entry, after } from "../../web/chat/conversation.ts";
import { EMPTY, History, isEndpoint, parse } from "../../web/chat/history.ts";
import { messages } from "../../web/chat/messages.ts";
import { Waiting } from "../../web/chat/waiting.ts";

class Shelf {
  readonly kept = new Map<string, string>();
  constructor(readonly room = Infinity) {}
  getItem = (key: string) => this.kept.get(key) ?? null;
  setItem = (key: string, value: string) => {
    if (value.length > this.room) throw new DOMException("full", "QuotaExceededError");
    this.kept.set(key, value);
  };
  removeItem = (key: string) => void this.kept.delete(key);
}

const user = (key: string, text = key): Entry => ({ kind: "user", key, text });
const keys = ({ entries }: { entries: Entry[] }) => entries.map(({ key }) => key);

it("comes back as it was", () => {
  const shelf = new Shelf();
  const calls = after(after([user("a")], { type: "tool_call", id: "1", name: "n", arguments: { x: [1] }, changes: true }), { type: "tool_result", id: "1", isError: false, text: "t", cut: true, ms: 3 });
  const entries = [...calls, { kind: "answer", key: "b", text: "hello", step: 2 } as const];
  new History(shelf).save({ endpoint: "/mcp/acme", entries });
  expect(new History(shelf).load()).toEqual({ endpoint: "/mcp/acme", entries });
});

it("holds no more than 200 entries and a million characters, the newest", () => {
  const shelf = new Shelf();
  const many = Array.from({ length: 300 }, (_, n) => user(`k${n}`, "x".repeat(10_000)));
  new History(shelf).save({ endpoint: "/mcp", entries: many });
  expect([...shelf.kept.values()][0]!.length).toBeLessThanOrEqual(1_000_000);
  expect(keys(new History(shelf).load()).at(-1)).toBe("k299");
  new History(shelf).save({ endpoint: "/mcp", entries: Array.from({ length: 300 }, (_, n) => user(`k${n}`)) });
  expect(new History(shelf).load().entries.length).toBeLessThanOrEqual(200);
});

it.each([[0], [400], [5000]])("does with room for %i characters", (room) => {
  const history = new History(new Shelf(room));
  const entries = Array.from({ length: 50 }, (_, n) => user(`k${n}`, "word ".repeat(20)));
  expect(history.save({ endpoint: "/mcp", entries }).entries).toEqual(entries);
  expect(history.load().entries.length).toBeLessThan(50);
});

it("does without any storage, and with one that refuses", () => {
  const refusing = { getItem: () => { throw new Error("no"); }, setItem: () => { throw new Error("no"); }, removeItem: () => { throw new Error("no"); } };
  for (const storage of [undefined, refusing]) {
    const history = new History(storage);
    expect(history.load()).toEqual(EMPTY);
    expect(keys(history.save({ endpoint: "/mcp", entries: [user("a")] }))).toEqual(["a"]);
    expect(keys(history.save({ endpoint: "/mcp", entries: [user("a"), user("b")] }))).toEqual(["a", "b"]);
    history.clear();
    const waiting = new Waiting(storage);
    waiting.begin();
    expect(waiting.end()).toBe(false);
  }
});

describe("two tabs", () => {
  const tabs = () => {
    const shelf = new Shelf();
    const [one, other] = [new History(shelf), new History(shelf)];
    one.save({ endpoint: "/mcp", entries: [user("a")] });
    other.load();
    return { shelf, one, other };
  };

  it("that both go on keep what each has said", () => {
    const { one, other } = tabs();
    one.save({ endpoint: "/mcp", entries: [user("a"), user("one")] });
    expect(keys(other.save({ endpoint: "/mcp", entries: [user("a"), user("other")] }))).toEqual(["a", "one", "other"]);
  });

  it("of which one clears do not bring back what was cleared", () => {
    const { one, other, shelf } = tabs();
    one.clear();
    expect(keys(other.save({ endpoint: "/mcp", entries: [user("a"), user("other")] }))).toEqual(["other"]);
    expect(keys(new History(shelf).load())).toEqual(["other"]);
  });
});

describe("what lies there", () => {
  it.each([
    ["nothing", null],
    ["no JSON", "{"],
    ["another version", '{"version":2,"entries":[{"kind":"user","key":"a","text":"t"}]}'],
    ["no list", '{"version":1,"entries":{}}'],
    ["entries that are none", '{"version":1,"entries":[null,1,"x",[],{},{"kind":"user"},{"kind":"call","id":"a"},{"kind":"tools"}]}'],
    ["an endpoint elsewhere", '{"version":1,"endpoint":"//evil.example","entries":[]}'],
  ])("%s is nothing", (_, raw) => {
    expect(parse(raw)).toEqual(EMPTY);
  });

  it("under one name twice is there once", () => {
    expect(parse('{"version":1,"entries":[{"kind":"user","key":"a","text":"1"},{"kind":"user","key":"a","text":"2"}]}').entries).toHaveLength(1);
  });

  // rule: chat-page/change-approved-once
  it("cannot approve anything, and nothing of it runs", () => {
    const stored = (state: string) => `{"version":1,"entries":[{"kind":"user","key":"u","text":"t"},{"kind":"call","key":"c","id":"i","name":"n","shown":"{}","endpoint":"/mcp","state":"${state}"}]}`;
    const state = (raw: string) => (parse(raw).entries[1] as { state?: string }).state;
    expect(["approved", "confirm", "running", "done", "nonsense", "declined"].map((one) => state(stored(one)))).toEqual(["confirm", "confirm", "stopped", "stopped", "stopped", "declined"]);
    // Kept by an earlier version of this page: without the server's words there is nothing to agree to.
    for (const part of ['"shown":"{}",', '"endpoint":"/mcp",']) expect(["approved", "confirm"].map((one) => state(stored(one).replace(part, "")))).toEqual(["stopped", "stopped"]);
  });

  it("was asked for one endpoint, and is withdrawn at another", () => {
    const stored = (chosen: string, state: string) => `{"version":1,"endpoint":"${chosen}","entries":[{"kind":"call","key":"c","id":"i","name":"n","shown":"{}","endpoint":"/mcp/acme","state":"${state}"}]}`;
    const state = (raw: string) => (parse(raw).entries[0] as { state?: string }).state;
    expect(["confirm", "approved", "declined", "withdrawn"].map((one) => state(stored("/mcp/acme", one)))).toEqual(["confirm", "confirm", "declined", "withdrawn"]);
    expect(["confirm", "approved", "declined", "withdrawn"].map((one) => state(stored("/mcp/other", one)))).toEqual(["withdrawn", "withdrawn", "declined", "withdrawn"]);
  });

  it("never breaks anything, whatever it is", () => {
    const value = fc.jsonValue();
    const entry = fc.record(
      {
        kind: fc.oneof(fc.constantFrom("user", "answer", "call", "note", "tools", "failure"), value),
        key: fc.oneof(fc.string(), value), id: fc.oneof(fc.string(), value), name: fc.oneof(fc.string(), value), text: fc.oneof(fc.string(), value),
        state: fc.oneof(fc.constantFrom("done", "confirm"), value), step: value, arguments: value, result: value, failure: value,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(entry), fc.oneof(fc.constant(1), value), (entries, version) => {
        const { entries: read } = parse(JSON.stringify({ version, entries }));
        messages(read);
        expect(parse(JSON.stringify({ version: 1, entries: read })).entries.length).toBeLessThanOrEqual(read.length);
      }),
    );
  });
});

it.each([
  ["/mcp", true],
  ["/mcp/acme", true],
  ["/mcp/acme/web-shop_2", true],
  ["/mcp/", false],
  ["/mcp/acme/web/more", false],
  ["/mcp/../oauth", false],
  ["/mcp?agent=1", false],
  ["//evil.example/mcp", false],
  [`/mcp/${"a".repeat(101)}`, false],
])("the endpoint %s: %s", (path, good) => {
  expect(isEndpoint(path)).toBe(good);
});

describe("a question that waits for a sign-in", () => {
  // rule: chat-page/sign-in-window
  it("goes on once, and not after a quarter of an hour", () => {
    let now = 1_000_000;
    const waiting = new Waiting(new Shelf(), () => now);
    expect(waiting.end()).toBe(false);
    waiting.begin();
    now += 60_000;
    expect([waiting.end(), waiting.end()]).toEqual([true, false]);
    waiting.begin();
    now += 15 * 60_000;
    expect(waiting.end()).toBe(false);
  });
});
