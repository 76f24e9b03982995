// One entry of the conversation.
import type { VNode } from "preact";
import type { Chat } from "./chat.ts";
import { Confirm } from "./confirm.tsx";
import type { Entry } from "./conversation.ts";
import { CopyButton } from "./copy.tsx";
import { ENDED, type Failure, canRetry } from "./failures.ts";
import { Markdown } from "./markdown.tsx";
import type { ToolInfo } from "./protocol.ts";
import { ToolCard } from "./tool-card.tsx";

interface Props {
  entry: Entry;
  /** What follows it. */
  next: Entry | undefined;
  chat: Chat;
}

export function EntryView({ entry, next, chat }: Props): VNode {
  const { sentry, busy } = chat.state;
  const isLast = next === undefined;
  switch (entry.kind) {
    case "user":
      return (
        <li class="from-person">
          <p><span class="unseen">You: </span>{entry.text}</p>
          {isLast && !busy && chat.state.session === "in" && <Again chat={chat} />}
        </li>
      );
    case "answer":
      return (
        <li class="answer">
          <span class="unseen">Answer: </span>
          <Markdown text={entry.text} sentry={sentry} />
          {(isLast ? !busy : next.kind !== "call") && <CopyButton text={entry.text} what="the answer" />}
        </li>
      );
    case "call":
      return (
        <li class="call">
          {entry.state === "confirm" ? <Confirm call={entry} chat={chat} /> : <ToolCard call={entry} sentry={sentry} />}
          {entry.state === "withdrawn" && <p class="after-card quiet">Withdrawn, since the endpoint was changed.</p>}
        </li>
      );
    case "note":
      return <li class="note"><Markdown text={entry.text} sentry={sentry} /></li>;
    case "tools":
      return <li class="note"><Tools tools={entry.tools} sentry={sentry} /></li>;
    case "failure":
      return (
        <li class="failure">
          <p class={`notice ${entry.failure.code === "stopped" ? "" : "bad"}`}>{entry.text}</p>
          {isLast && !busy && <Remedy failure={entry.failure} chat={chat} />}
        </li>
      );
  }
}

function Remedy({ failure, chat }: { failure: Failure; chat: Chat }): VNode | null {
  if (failure.code === ENDED || failure.code === "sign_in") {
    if (chat.state.session === "in") return chat.canRetry ? <Again chat={chat} /> : null;
    return <button type="button" class="small primary" onClick={() => chat.signIn()}>Sign in again</button>;
  }
  return failure.code !== "sign_out" && chat.canRetry && canRetry(failure) ? <Again chat={chat} /> : null;
}

function Again({ chat }: { chat: Chat }): VNode {
  return <button type="button" class="small" onClick={() => chat.retry()}>Try again</button>;
}

function Tools({ tools, sentry }: { tools: ToolInfo[]; sentry: string | undefined }): VNode {
  if (tools.length === 0) return <p>There are no tools here: no skill was allowed.</p>;
  return (
    <dl class="tools">
      {tools.map(({ name, description, readOnly }) => (
        <div key={name}>
          <dt><code>{name}</code>{!readOnly && <> <span class="badge warning">changes data</span></>}</dt>
          <dd><Markdown text={description} sentry={sentry} /></dd>
        </div>
      ))}
    </dl>
  );
}
