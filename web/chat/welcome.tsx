// Before the first question: what one can ask, and how one signs in.
import type { VNode } from "preact";
import type { Chat } from "./chat.ts";
import { DEMO, type State } from "./state.ts";

const QUESTIONS = ["What broke today?", "Who is affected?", "What changed in the last release?", "Why is it slow?", "Resolve the newest issue"];
const COMMANDS = ["/tools", "/whoami", "/help"];

export function Welcome({ chat, state: { session, model, cleared } }: { chat: Chat; state: State }): VNode {
  const commandsOnly = session === "in" && !model;
  return (
    <div class="welcome">
      <p>Try it without an editor: ask, and watch which tools are used. What would change something is shown to you first.</p>
      {model === DEMO && <p class="quiet">A <strong>demo model</strong> answers here, which knows these questions and some more.</p>}
      <ul aria-label="Suggestions">
        {(commandsOnly ? COMMANDS : QUESTIONS).map((question) => (
          <li key={question}><button type="button" class="suggestion" onClick={() => chat.submit(question)}>{question}</button></li>
        ))}
      </ul>
      {/* Its place is kept, so that nothing moves once the server has said who is there. */}
      <p class={session === "out" ? undefined : "kept"}><button type="button" class="primary" onClick={() => chat.signIn()}>Sign in with Sentry</button></p>
      {cleared.length > 0 && <p><button type="button" class="plain" onClick={() => chat.bringBack()}>Bring the conversation back</button></p>}
    </div>
  );
}
