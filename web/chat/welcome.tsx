// Before the first question: what one can ask, and how one signs in.
import type { VNode } from "preact";
import type { Chat, State } from "./chat.ts";

const QUESTIONS = ["What broke today?", "Which projects are there?", "Who am I signed in as?"];
const COMMANDS = ["/tools", "/whoami", "/help"];

export function Welcome({ chat, state: { session, model, cleared } }: { chat: Chat; state: State }): VNode {
  const commandsOnly = session === "in" && !model;
  return (
    <div class="welcome">
      {session === "in" ? (
        <p>Ask about what happens in your Sentry. What would change something is shown to you first.</p>
      ) : (
        <p>Try it without an editor: ask, sign in at Sentry, and watch which tools are used. What would change something is shown to you first.</p>
      )}
      <ul aria-label="Suggestions">
        {(commandsOnly ? COMMANDS : QUESTIONS).map((question) => (
          <li key={question}><button type="button" class="suggestion" onClick={() => chat.submit(question)}>{question}</button></li>
        ))}
      </ul>
      {session === "out" && <p><button type="button" class="primary" onClick={() => chat.signIn()}>Sign in with Sentry</button></p>}
      {cleared.length > 0 && <p><button type="button" class="plain" onClick={() => chat.bringBack()}>Bring the conversation back</button></p>}
    </div>
  );
}
