// Where a person's word counts: at the endpoint for which they were asked.
import { describe, expect, it } from "vitest";
import { type Call, type Entry, after, decided } from "../../web/chat/conversation.ts";
import { decisions, goesOn, withdrawn } from "../../web/chat/decisions.ts";
import { messages } from "../../web/chat/messages.ts";

const user = (text: string): Entry => ({ kind: "user", key: text, text });
const asked = (entries: Entry[], id: string, endpoint: string, direct = false) =>
  after(entries, { type: "confirm", id, name: "create_dsn", arguments: {}, shown: "{}" }, direct, endpoint);
const calls = (entries: Entry[]) => entries.filter((entry): entry is Call => entry.kind === "call");
const states = (entries: Entry[]) => calls(entries).map(({ state }) => state);
const approved = (entries: Entry[], id: string) => decided(entries, calls(entries).find((call) => call.id === id)!.key, true);

const two = () => asked(asked([user("?")], "a", "/mcp"), "b", "/mcp");

describe("a word of a person", () => {
  it("goes to the endpoint that its card was shown for, whichever is chosen by then", () => {
    const one = approved(two(), "a");
    expect(decisions(one, "/mcp")).toEqual({ endpoint: "/mcp", approved: ["a"], declined: [] });
    expect(decisions(one, "/mcp/acme")).toEqual({ endpoint: "/mcp", approved: ["a"], declined: [] });
  });

  it("goes with no word that was given for another endpoint", () => {
    const both = approved(approved(asked(asked([user("?")], "a", "/mcp"), "b", "/mcp/acme"), "a"), "b");
    expect(decisions(both, "/mcp/acme")).toEqual({ endpoint: "/mcp", approved: ["a"], declined: [] });
  });

  it("is withdrawn with what waits when the endpoint changes, which counts as no", () => {
    const one = approved(two(), "a");
    expect(withdrawn(one, "/mcp")).toEqual(one);
    const left = withdrawn(one, "/mcp/acme");
    expect(states(left)).toEqual(["withdrawn", "withdrawn"]);
    expect(decisions(left, "/mcp/acme")).toEqual({ endpoint: "/mcp/acme", approved: [], declined: ["a", "b"] });
    expect(states(approved(left, "a")), "for good").toEqual(["withdrawn", "withdrawn"]);
    expect(states(withdrawn(left, "/mcp"))).toEqual(["withdrawn", "withdrawn"]);
    const answered = after(left, { type: "tool_result", id: "a", isError: true, text: "The person declined.", cut: false });
    expect(states(after(answered, { type: "tool_call", id: "b", name: "create_dsn", arguments: {}, changes: true }))).toEqual(["withdrawn", "withdrawn"]);
    expect(messages([...left, user("next")]).map(({ content }) => content)).toContain("The person chose another endpoint before they decided; it was not run.");
  });

  it("is withdrawn where it is not known for which endpoint", () => {
    const unknown = after([user("?")], { type: "confirm", id: "a", name: "n", arguments: {}, shown: "{}" });
    expect(states(withdrawn(unknown, "/mcp"))).toEqual(["withdrawn"]);
  });

  it("to a model's call makes the conversation go on, to a command's does not", () => {
    expect(goesOn(two(), "/mcp/acme")).toBe(true);
    expect(goesOn(two(), "/mcp")).toBe(false);
    expect(goesOn(asked([user("?")], "call", "/mcp", true), "/mcp/acme")).toBe(false);
  });
});
