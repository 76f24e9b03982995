// What a tool would change, all of it, and a person's word on it.
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Chat } from "./chat.ts";
import type { Call } from "./conversation.ts";
import { Code } from "./markdown.tsx";
import { asJson, toolTitle } from "./plain.ts";

export function Confirm({ call, chat }: { call: Call; chat: Chat }): VNode {
  const card = useRef<HTMLElement>(null);
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
  const title = `confirm-${call.key}`;
  return (
    <section class="confirm" aria-labelledby={title} tabIndex={-1} ref={card}>
      <h3 id={title}>Change this in your Sentry?</h3>
      <p><strong>{toolTitle(call.name, call.target)}</strong> (<code>{call.name}</code>) will be sent:</p>
      <Code code={asJson(call.arguments)} language="json" />
      <p class="between">
        <button type="button" class="primary" disabled={chat.state.busy} onClick={() => decide(true)}>Approve</button>
        <button type="button" disabled={chat.state.busy} onClick={() => decide(false)}>Decline</button>
      </p>
    </section>
  );
}
