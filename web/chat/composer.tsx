// Where one writes: the question, what is to be known before asking, and which endpoint answers.
import type { VNode } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Chat } from "./chat.ts";
import { suggested } from "./commands.ts";
import { Endpoint } from "./endpoint.tsx";
import type { State } from "./state.ts";

const GROWS = CSS.supports("field-sizing", "content");

export function Composer({ chat, state }: { chat: Chat; state: State }): VNode {
  const [typed, type] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  const submit = () => {
    if (state.busy || !typed.trim()) return;
    chat.submit(typed);
    type("");
    field.current?.focus();
  };
  const menu = suggested(typed);
  const take = (command: string) => {
    type(command === "/call" ? "/call " : command);
    field.current?.focus();
  };
  useLayoutEffect(() => {
    const { current } = field;
    if (GROWS || !current) return;
    current.style.height = "auto";
    current.style.height = `${current.scrollHeight + 2}px`;
  }, [typed]);
  const pressed = (event: KeyboardEvent) => {
    if (event.key === "Escape" && state.busy) chat.stop();
    const [first] = menu;
    if (event.key === "Tab" && !event.shiftKey && first && typed.length > 1) {
      event.preventDefault();
      return take(first[0]);
    }
    if (event.key === "ArrowUp" && !typed) {
      const last = state.entries.findLast((entry) => entry.kind === "user");
      if (last?.kind === "user") type(last.text);
    }
    // An Enter that ends a word of Chinese or Japanese does not send it.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  };
  return (
    <div class="chat-end">
      <Notices state={state} />
      {menu.length > 0 && (
        <ul class="menu" aria-label="Commands">
          {menu.map(([command, does]) => (
            <li key={command}><button type="button" class="plain" onClick={() => take(command)}><code>{command}</code> <span class="quiet">{does}</span></button></li>
          ))}
        </ul>
      )}
      <form class="composer" onSubmit={(event) => (event.preventDefault(), submit())}>
        <label class="unseen" for="chat-question">Your question</label>
        <textarea
          id="chat-question"
          ref={field}
          rows={Math.min(6, typed.split("\n").length)}
          value={typed}
          maxLength={20_000}
          placeholder="Ask, or type /help"
          autocomplete="off"
          onInput={(event) => type(event.currentTarget.value)}
          onKeyDown={pressed}
        />
        {state.busy ? (
          <button type="button" onClick={() => chat.stop()}>Stop</button>
        ) : (
          <button type="submit" class="primary">Ask</button>
        )}
      </form>
      <div class="chat-foot">
        <Endpoint chat={chat} endpoint={state.endpoint} />
        {state.entries.length > 0 && <button type="button" class="plain" onClick={() => (chat.clear(), field.current?.focus())}>Clear</button>}
      </div>
    </div>
  );
}

function Notices({ state: { online, session, model, signingIn, queued } }: { state: State }): VNode {
  return (
    <>
      {!online && <p class="notice warning">You are offline. The conversation is kept; ask again when you are back.</p>}
      {signingIn && session !== "in" && <p class="notice">The sign-in goes on in another window.</p>}
      {queued.length > 0 && <p class="notice">Asked next: {queued.map((text) => `“${text}”`).join(", ")}</p>}
      {session === "in" && !model && (
        <p class="notice">No language model is set up on this server, so only commands work. Its operator adds one with <code>LLM_API_KEY</code>.</p>
      )}
    </>
  );
}
