// What a tool would change, all of it, and a person's word on it.
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Chat } from "./chat.ts";
import type { Call } from "./conversation.ts";
import { Code } from "./markdown.tsx";
import { toolTitle } from "./plain.ts";
import { useSeen } from "./seen.ts";

export function Confirm({ call, chat }: { call: Call; chat: Chat }): VNode {
  const card = useRef<HTMLElement>(null);
  const [text, seen, unfold] = useSeen();
  useEffect(() => {
    // To the card, not to a button: an Enter that is on its way must not approve. Nor is anyone interrupted who writes.
    const { activeElement } = document;
    const writes = activeElement instanceof HTMLTextAreaElement && activeElement.value !== "";
    if (chat.state.busy && !writes) card.current?.focus({ preventScroll: true });
  }, []);
  const decide = (approve: boolean) => {
    document.getElementById("chat-question")?.focus({ preventScroll: true });
    chat.decide(call.key, approve);
  };
  const [title, more] = [`confirm-${call.key}`, `more-${call.key}`];
  const shown = call.shown ?? "";
  return (
    <section class="confirm" aria-labelledby={title} tabIndex={-1} ref={card}>
      <h3 id={title}>Change this in your Sentry?</h3>
      <p><strong>{toolTitle(call.name, call.target)}</strong> (<code>{call.target ?? call.name}</code>) will be sent:</p>
      <div ref={text} class={seen === "unfolded" ? "unfolded" : undefined}><Code code={shown} language="json" /></div>
      {!seen && (
        <p class="more" id={more}>
          <span>There is more: {shown.length.toLocaleString("en")} characters in all. Read to the end to approve.</span>
          <button type="button" class="small" onClick={unfold}>Show all of it</button>
        </p>
      )}
      <p class="between">
        <button type="button" class="primary" disabled={chat.state.busy || !seen} aria-describedby={seen ? undefined : more} onClick={() => decide(true)}>Approve</button>
        <button type="button" disabled={chat.state.busy} onClick={() => decide(false)}>Decline</button>
      </p>
    </section>
  );
}
