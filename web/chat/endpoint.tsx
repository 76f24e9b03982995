// Which endpoint the chat uses: all of the person's Sentry, one organization, or one project.
import type { VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import type { Chat } from "./chat.ts";
import { isEndpoint } from "./history.ts";

export function Endpoint({ chat, endpoint }: { chat: Chat; endpoint: string }): VNode {
  const [, , organization = "", project = ""] = endpoint.split("/");
  const [wrong, setWrong] = useState(false);
  const box = useRef<HTMLDetailsElement>(null);
  const choose = (event: SubmitEvent) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement);
    const [chosen, within] = ["organization", "project"].map((name) => String(given.get(name) ?? "").trim().toLowerCase());
    const path = chosen ? `/mcp/${chosen}${within ? `/${within}` : ""}` : "/mcp";
    const fits = isEndpoint(path) && (chosen !== "" || within === "");
    setWrong(!fits);
    if (!fits) return;
    chat.setEndpoint(path);
    if (box.current) {
      box.current.open = false;
      box.current.querySelector("summary")?.focus();
    }
  };
  return (
    <details class="endpoint" ref={box}>
      <summary>Endpoint <code>{endpoint}</code></summary>
      <form onSubmit={choose}>
        <label>Organization<input name="organization" defaultValue={organization} key={organization} placeholder="all" autocapitalize="none" spellcheck={false} autocomplete="off" /></label>
        <label>Project<input name="project" defaultValue={project} key={project} placeholder="all" autocapitalize="none" spellcheck={false} autocomplete="off" /></label>
        <button type="submit" class="small">Use</button>
        {wrong && <p class="bad" role="alert">Names have small letters, digits and hyphens; a project needs its organization.</p>}
      </form>
    </details>
  );
}
