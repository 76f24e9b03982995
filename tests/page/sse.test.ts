// The parser of server-sent events against the standard's grammar, written down a second time without pieces.
// file rule: chat-page/event-stream: server-sent events, in any pieces, bounded
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventParser, type SentEvent } from "../../web/chat/sse.ts";

/** All events of a whole stream, as HTML §9.2.6 reads it. */
function whole(stream: string): SentEvent[] {
  const events: SentEvent[] = [];
  let [event, data]: [string, string[]] = ["", []];
  const lines = stream.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/);
  lines.pop(); // What has no end is no line.
  for (const line of lines) {
    if (line === "") {
      if (data.length > 0) events.push({ event: event || "message", data: data.join("\n") });
      [event, data] = ["", []];
      continue;
    }
    const [, field, value] = /^([^:]*)(?:: ?([^]*))?$/.exec(line)!;
    if (field === "event") event = value ?? "";
    if (field === "data") data.push(value ?? "");
  }
  return events;
}

/** The same in pieces that end at these places. */
function pieced(stream: string, cuts: number[]): SentEvent[] {
  const parser = new EventParser();
  const places = [...cuts.map((cut) => cut % (stream.length + 1)), 0, stream.length].sort((a, b) => a - b);
  return places.slice(1).flatMap((end, n) => parser.push(stream.slice(places[n], end)));
}

const end = fc.constantFrom("\n", "\r", "\r\n");
const words = fc.oneof(fc.string({ maxLength: 12 }), fc.string({ unit: "grapheme", maxLength: 8 }), fc.constant("data: x"), fc.constant(" "));
const line = fc.oneof(
  fc.tuple(fc.constantFrom("data", "event", "id", "retry", "", "dat", "data "), fc.constantFrom(":", ": ", ":  ", ""), words).map((parts) => parts.join("")),
  words.map((word) => `:${word}`),
  fc.constant(""),
);
const stream = fc.tuple(fc.constantFrom("", "\uFEFF"), fc.array(fc.tuple(line, end)), fc.string({ maxLength: 5 })).map(([mark, lines, rest]) => mark + lines.flat().join("") + rest);

describe("the parser of events", () => {
  it("finds the same in pieces of any size as in the whole", () => {
    // A CR at the very end may be half of a line's end: what it ends comes with the next piece.
    const closed = stream.map((text) => (text.endsWith("\r") ? `${text}\n` : text));
    fc.assert(
      fc.property(closed, fc.array(fc.nat(), { maxLength: 30 }), (text, cuts) => {
        expect(pieced(text, cuts)).toEqual(whole(text));
      }),
      { numRuns: 2000 },
    );
  });

  it("finds what was written, whatever it is", () => {
    const event = fc.record({ event: fc.constantFrom("text", "done", "tool_result"), data: fc.json() });
    fc.assert(
      fc.property(fc.array(event), fc.array(fc.nat(), { maxLength: 30 }), end, (events, cuts, br) => {
        const text = events.map(({ event, data }) => `event: ${event}${br}data: ${data}${br}${br}:${br}`).join("");
        expect(pieced(`${text}:\n`, cuts)).toEqual(events);
      }),
    );
  });

  it.each([
    ["data: a\ndata: b\n\n", [{ event: "message", data: "a\nb" }]],
    ["data\n\n", [{ event: "message", data: "" }]],
    ["event: x\n\n", []],
    [": keep\n\ndata: a\n\n", [{ event: "message", data: "a" }]],
    ["data: unfinished\n", []],
    ["data:  two spaces\n\n", [{ event: "message", data: " two spaces" }]],
  ])("reads %j", (text, events) => {
    expect(new EventParser().push(text)).toEqual(events);
  });

  it.each(["x", "data: x\n"])("gives up on an event without end made of %j", (piece) => {
    const parser = new EventParser();
    expect(() => {
      for (let n = 0; n < 40; n++) parser.push(piece.repeat(1 << 16));
    }).toThrow(RangeError);
  });

  it("takes as much as it likes of events that end", () => {
    const parser = new EventParser();
    const data = "x".repeat(100_000);
    for (let n = 0; n < 40; n++) expect(parser.push(`data: ${data}\n\n`)).toEqual([{ event: "message", data }]);
  });
});
