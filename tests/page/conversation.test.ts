// What each event makes of the conversation, and what the model is told of it.
// file rule: chat-page/events-into-conversation: every event makes of the conversation what it should, and what the
//    model is told is one
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Entry, after, decided, failed, isUnfinished, passedOver, resumable, rewound, settled, turn, undecided, waiting } from "../../web/chat/conversation.ts";
import { messages } from "../../web/chat/messages.ts";
import { type ChatEvent, type Message, readEvent } from "../../web/chat/protocol.ts";

const user = (text: string): Entry => ({ kind: "user", key: text, text });
const say = (delta: string): ChatEvent => ({ type: "text", delta });
const call = (id: string, name = "search_issues", changes = false): ChatEvent => ({ type: "tool_call", id, name, arguments: { id }, changes });
const confirm = (id: string): ChatEvent => ({ type: "confirm", id, name: "update_issue", arguments: { id }, shown: `{\n  "id": "${id}"\n}` });
const result = (id: string, isError = false): ChatEvent => ({ type: "tool_result", id, isError, text: `result of ${id}`, cut: false, ms: 5 });
const done = (reason = "answer"): ChatEvent => ({ type: "done", reason, steps: 1 });
const all = (entries: Entry[], ...events: ChatEvent[]) => events.reduce((sum, event) => after(sum, event), entries);
const shape = (list: Message[]) =>
  list.map((message) => (message.role === "tool" ? `${message.tool_call_id}=${message.content}` : message.role === "user" ? `user: ${message.content}` : `said ${message.content}[${message.tool_calls?.map(({ id }) => id) ?? ""}]`));

describe("an answer", () => {
  it("grows word by word, and the tools stand where they ran", () => {
    const entries = all([user("?")], say("Let me "), say("look."), call("a"), result("a"), say("Found."), done());
    expect(entries.map((entry) => ("text" in entry ? entry.text : "state" in entry ? entry.state : ""))).toEqual(["?", "Let me look.", "done", "Found."]);
    expect(shape(messages(entries))).toEqual(["user: ?", "said Let me look.[a]", "a=result of a", "said Found.[]"]);
  });

  it("has a round of the model for each answered call, and one for calls that ran together", () => {
    expect(shape(messages(all([user("?")], call("a"), result("a"), call("b"), result("b"))))).toEqual(["user: ?", "said [a]", "a=result of a", "said [b]", "b=result of b"]);
    expect(shape(messages(all([user("?")], call("a"), call("b"), result("b"), result("a"))))).toEqual(["user: ?", "said [a,b]", "a=result of a", "b=result of b"]);
  });

  it("that asks first leaves the call open until somebody decides", () => {
    const asked = all([user("resolve it")], call("a"), result("a"), call("b", "update_issue", true), confirm("b"), done("confirm"));
    expect(waiting(asked, "confirm").map(({ id }) => id)).toEqual(["b"]);
    expect(shape(messages(asked)).at(-1)).toBe("said [b]");
    const key = waiting(asked, "confirm")[0]!.key;
    const approved = decided(asked, key, true);
    expect(waiting(approved, "approved")).toHaveLength(1);
    // The server announces it again when it runs: it stays one card.
    const ran = all(approved, call("b", "update_issue", true), result("b"), say("Done."));
    expect(ran.filter(({ kind }) => kind === "call")).toHaveLength(2);
    expect(shape(messages(ran)).slice(-3)).toEqual(["said [b]", "b=result of b", "said Done.[]"]);
  });

  // rule: chat-page/change-approved-once
  it("sends what the person was shown, as it was shown, and nothing that was not", () => {
    const sent = (list: Message[]) => list.flatMap((message) => (message.role === "assistant" ? (message.tool_calls ?? []) : [])).map((call) => call.function.arguments);
    const shown = '{\n  "z": 12345678901234567890,\n  "a": "\\u202e"\n}';
    const asked = all([user("?")], { ...confirm("b"), arguments: JSON.parse(shown), shown } as ChatEvent);
    expect(sent(messages(decided(asked, waiting(asked, "confirm")[0]!.key, true)))).toEqual([shown]);
    const unshown = all([user("?")], { ...confirm("b"), shown: "" } as ChatEvent);
    expect(waiting(unshown, "confirm")).toEqual([]);
    expect(waiting(unshown, "stopped")).toHaveLength(1);
  });

  it("without a tool_call before the question makes the card itself", () => {
    const [card] = waiting(all([user("?")], confirm("b")), "confirm");
    expect(card).toMatchObject({ id: "b", name: "update_issue", changes: true });
  });

  it("to a no keeps the no", () => {
    const asked = all([user("?")], confirm("b"));
    const said = decided(asked, waiting(asked, "confirm")[0]!.key, false);
    expect(shape(messages(said)).at(-1), "the server is told in the request").toBe("said [b]");
    expect(waiting(all(said, call("b", "update_issue", true), result("b", true)), "declined")[0]!.result!.text).toBe("result of b");
  });

  it("with a word given and not sent is asked again", () => {
    const asked = all([user("?")], confirm("b"));
    expect(waiting(undecided(decided(asked, waiting(asked, "confirm")[0]!.key, true)), "confirm")).toHaveLength(1);
  });

  it("that is passed over for another question was declined, and the model hears it", () => {
    const next = [...passedOver(all([user("one")], confirm("b"))), user("two")];
    expect(shape(messages(next))).toEqual(["user: one", "said [b]", expect.stringMatching(/^b=The person declined/), "user: two"]);
  });

  it("that breaks off leaves nothing running", () => {
    const broken = failed(all([user("?")], call("a")), { code: "broken_off" });
    expect(waiting(broken, "running")).toEqual([]);
    expect(waiting(broken, "stopped")).toHaveLength(1);
    expect(broken.at(-1)).toMatchObject({ kind: "failure", text: expect.stringContaining("broke off") });
  });

  it("to another try forgets what was said, not what was changed", () => {
    const entries = all([user("?")], say("Hm"), call("a"), result("a"), call("b", "update_issue", true), result("b"), say("Do"));
    expect(rewound(entries).map((entry) => ("id" in entry ? entry.id : entry.kind))).toEqual(["user", "b"]);
  });

  it.each(["steps", "time", "tokens"])("that ended for %s says so", (reason) => {
    expect(after([user("?")], done(reason)).at(-1)).toMatchObject({ kind: "note", text: expect.stringContaining("go on") });
  });

  it("that was cut in the middle is said anew when the conversation goes on", () => {
    const cut = all([user("?")], call("a"), result("a"), say("The lat"));
    expect(shape(messages(resumable(cut))).at(-1)).toBe("a=result of a");
    const stopped = settled(all([user("?")], say("I look."), call("a")));
    expect(resumable(stopped)).toEqual(stopped);
    // What was stopped runs again, in the card that is there.
    expect(waiting(all(stopped, call("a"), result("a")), "done")).toHaveLength(1);
  });

  it("is missing after a question and after calls, not after an answer, a command or where a person is asked", () => {
    const command = (entries: Entry[]) => after(entries, call("call"), true);
    for (const [entries, open] of [
      [[], false],
      [[user("?")], true],
      [failed([user("?")], { code: "offline" }), true],
      [command([user("?")]), true],
      [all([user("?")], call("a"), result("a")), true],
      [all([user("?")], say("Done.")), false],
      [command(all([user("?")], say("Done."))), false],
      [all([user("?")], confirm("a")), false],
      [command([]), false],
    ] as const) {
      expect(isUnfinished([...entries]), JSON.stringify(entries)).toBe(open);
    }
  });

  it("of another turn is another, though the id is the same", () => {
    const entries = all([...passedOver(all([user("one")], confirm("a"))), user("two")], call("a"), result("a"));
    expect(waiting(entries, "declined", "done").map(({ state }) => state)).toEqual(["declined", "done"]);
  });

  it("to a slash command has a card of its own each time", () => {
    const command = (entries: Entry[], ...events: ChatEvent[]) => events.reduce((sum, event) => after(sum, event, true), entries);
    const twice = command(command([], call("call"), result("call")), call("call"), result("call", true));
    expect(twice.map((entry) => "state" in entry && entry.state)).toEqual(["done", "failed"]);
    const asked = command([], confirm("call"));
    const again = command(decided(asked, asked[0]!.key, false), confirm("call"));
    expect(again.map((entry) => "state" in entry && entry.state)).toEqual(["declined", "confirm"]);
  });

  it("does not take an event of an old call for one of now", () => {
    const entries = all([user("?")], call("call"), result("call"), call("call"), result("call", true));
    expect(entries.slice(1).map((entry) => "state" in entry && entry.state)).toEqual(["done", "failed"]);
  });
});

describe("what the model is told", () => {
  it("leaves slash commands, notes and failures out", () => {
    const entries = [user("?"), ...after([], call("call"), true), ...failed([], { code: "offline" })];
    expect(shape(messages(entries))).toEqual(["user: ?"]);
  });

  it("begins with a question, and leaves the oldest turns out where it would be too much", () => {
    const turns = Array.from({ length: 30 }, (_, n) => [user(`question ${n}`), ...after([], say("é".repeat(10_000)))]).flat();
    const told = messages(turns);
    expect(Buffer.byteLength(JSON.stringify(told))).toBeLessThan(320 * 1024);
    expect(told[0]!.role).toBe("user");
    expect(told.at(-2)).toEqual({ role: "user", content: "question 29" });
  });

  it("has no more messages than the server takes", () => {
    const turns = Array.from({ length: 500 }, (_, n) => [user(`q${n}`), ...after([], say("a"))]).flat();
    expect(messages(turns).length).toBeLessThan(400);
  });

  const events = fc.array(
    fc.oneof(
      fc.string().map(say),
      fc.tuple(fc.constantFrom("a", "b", "c"), fc.boolean()).map(([id, changes]) => call(id, "tool", changes)),
      fc.constantFrom("a", "b", "c").map(confirm),
      fc.tuple(fc.constantFrom("a", "b", "c"), fc.boolean()).map(([id, isError]) => result(id, isError)),
      fc.constantFrom("answer", "confirm", "steps", "error").map(done),
    ),
    { maxLength: 20 },
  );

  it("answers every call of a turn that is over, once, right after it, whatever the events were", () => {
    fc.assert(
      fc.property(fc.array(events, { minLength: 1, maxLength: 4 }), (turns) => {
        let entries: Entry[] = [];
        turns.forEach((turn, n) => (entries = all([...passedOver(entries), user(`q${n}`)], ...turn)));
        const told = messages([...passedOver(entries), user("last")]);
        let open: string[] = [];
        for (const message of told) {
          if (message.role === "tool") {
            expect(open).toContain(message.tool_call_id);
            open.splice(open.indexOf(message.tool_call_id), 1);
          } else {
            expect(open).toEqual([]);
            if (message.role === "assistant") open = message.tool_calls?.map(({ id }) => id) ?? [];
          }
        }
        expect(open).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it("has nothing running after the end, whatever the events were", () => {
    fc.assert(fc.property(events, (list) => void expect(waiting(settled(all([user("q")], ...list)), "running")).toEqual([])));
  });

  it("is of the last question's turn only where it says so", () => {
    expect(turn([user("a"), user("b")]).map(({ key }) => key)).toEqual(["b"]);
    expect(turn([])).toEqual([]);
  });
});

describe("an event of the stream", () => {
  it.each([
    ["text", '{"delta":"a"}', { type: "text", delta: "a" }],
    ["text", '{"delta":7}', { type: "text", delta: "" }],
    ["text", "{", undefined],
    ["text", "null", undefined],
    ["tool_call", '{"id":"a","name":"n","arguments":[],"changes":"yes"}', { type: "tool_call", id: "a", name: "n", arguments: {}, target: undefined, changes: false }],
    ["tool_call", '{"name":"n"}', undefined],
    ["confirm", '{"id":"a","name":"n","arguments":{"x":1},"shown":"{}","target":"t"}', { type: "confirm", id: "a", name: "n", arguments: { x: 1 }, shown: "{}", target: "t" }],
    ["confirm", '{"id":"a","name":"n","arguments":{},"shown":{"x":1}}', { type: "confirm", id: "a", name: "n", arguments: {}, shown: "", target: undefined }],
    ["tool_result", '{"id":"a","text":"","structured":{"a":1},"ms":-1}', { type: "tool_result", id: "a", isError: false, text: '{"a":1}', cut: false, ms: undefined }],
    ["tools", '{"tools":[{"name":"a","read_only":true},{"title":"no name"},null]}', { type: "tools", tools: [{ name: "a", title: "a", description: "", readOnly: true }] }],
    ["done", '{"reason":"answer"}', { type: "done", reason: "answer", steps: 0 }],
    ["surprise", "{}", undefined],
  ])("%s %s", (type, data, event) => {
    expect(readEvent(type, data)).toEqual(event);
  });
});
