// The panel: who is signed in, the conversation, and where one writes.
import type { VNode } from "preact";
import { useEffect, useLayoutEffect, useReducer, useRef } from "preact/hooks";
import type { Chat } from "./chat.ts";
import { Composer } from "./composer.tsx";
import { EntryView } from "./entry.tsx";
import { DEMO, type State } from "./state.ts";
import { Welcome } from "./welcome.tsx";

export function App({ chat, problem }: { chat: Chat; problem?: string }): VNode {
  const [, draw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => void chat.start(() => draw(0), problem), []);
  const { state } = chat;
  const empty = state.entries.length === 0;
  return (
    <>
      <div class="chat-top">
        <h2 id="chat-title">Ask your Sentry</h2>
        {state.model === DEMO && <span class="badge" title="Its answers are scripted: it knows some questions, for trying the tools">demo model</span>}
        <Who chat={chat} state={state} />
      </div>
      <Talk state={state}>{empty ? <Welcome chat={chat} state={state} /> : <ol>{state.entries.map((entry, n) => <EntryView key={entry.key} entry={entry} next={state.entries[n + 1]} chat={chat} />)}</ol>}</Talk>
      <Composer chat={chat} state={state} />
      <p class="unseen" role="status">{state.said}</p>
    </>
  );
}

function Who({ chat, state: { session, name } }: { chat: Chat; state: State }): VNode {
  if (session === "in") {
    return (
      <div class="who">
        <span class="quiet"><span class="unseen">Signed in as </span><bdi>{name ?? "Signed in"}</bdi></span>
        <button type="button" class="plain" onClick={() => void chat.signOut()}>Sign out</button>
      </div>
    );
  }
  return (
    <div class="who">
      {session === "out" && <button type="button" class="small" onClick={() => chat.signIn()}>Sign in</button>}
    </div>
  );
}

/** Stays at the newest as long as the person has not gone up to read. */
function Talk({ state, children }: { state: State; children: VNode }): VNode {
  const box = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  useLayoutEffect(() => {
    const { current } = box;
    if (state.entries.at(-1)?.kind === "user") follows.current = true;
    if (current && follows.current) current.scrollTop = current.scrollHeight;
  }, [state.entries, state.busy]);
  // Where the box gets smaller, as below the endpoint's fields, the newest stays in sight.
  useEffect(() => {
    const { current } = box;
    if (!current) return;
    const observer = new ResizeObserver(() => void (follows.current && (current.scrollTop = current.scrollHeight)));
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  const scrolled = ({ currentTarget: { scrollTop, scrollHeight, clientHeight } }: { currentTarget: HTMLDivElement }) => {
    follows.current = scrollHeight - scrollTop - clientHeight < 40;
  };
  return (
    <div class="talk" role="region" aria-label="Conversation" aria-busy={state.busy} tabIndex={0} ref={box} onScroll={scrolled}>
      {children}
      {state.busy && <p class="working quiet" aria-hidden="true">Working on it<span class="dots" /></p>}
    </div>
  );
}
