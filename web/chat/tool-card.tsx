// A tool call as a card that folds: what was sent, what came back.
import type { VNode } from "preact";
import type { Call } from "./conversation.ts";
import { CopyButton } from "./copy.tsx";
import { Code, Markdown } from "./markdown.tsx";
import { asJson, asMarkdown, duration, inShort, toolTitle } from "./plain.ts";

const STATES: Record<Call["state"], string> = {
  running: "running",
  confirm: "waits for you",
  approved: "approved",
  declined: "declined",
  withdrawn: "withdrawn",
  done: "done",
  failed: "failed",
  stopped: "stopped",
};

export function ToolCard({ call, sentry }: { call: Call; sentry: string | undefined }): VNode {
  const { name, target, arguments: given, shown, changes, state, result, direct } = call;
  const took = state === "done" && result?.ms !== undefined ? duration(result.ms) : STATES[state];
  return (
    <details class={`tool is-${state}`} open={direct}>
      <summary>
        <span class="tool-name">{toolTitle(name, target)}</span>
        {changes && <span class="badge warning">changes data</span>}
        <span class="tool-args quiet">{inShort(target ? innerOf(given) : given)}</span>
        <span class="tool-state quiet">{took}</span>
      </summary>
      <h3>Arguments of <code>{name}</code></h3>
      <Code code={shown || asJson(given)} language="json" />
      {result && (
        <>
          <div class="between"><h3>Result</h3><CopyButton text={result.text} what="the result" /></div>
          <div class="result"><Markdown text={asMarkdown(result.text)} sentry={sentry} /></div>
          {result.cut && <p class="quiet">The rest was cut off.</p>}
        </>
      )}
    </details>
  );
}

/** What is meant for the tool that another one runs. */
const innerOf = (given: Call["arguments"]): Call["arguments"] => {
  const inner = given.arguments;
  return typeof inner === "object" && inner !== null && !Array.isArray(inner) ? inner : given;
};
