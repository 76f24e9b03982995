// A button that copies a text, and says whether it did.
import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";

export function CopyButton({ text, what }: { text: string; what: string }): VNode {
  const [said, say] = useState("");
  useEffect(() => {
    if (!said) return;
    const timer = setTimeout(() => say(""), 2000);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      say("Copied");
    } catch {
      say("Not copied");
    }
  };
  return (
    <button type="button" class="plain copy" onClick={copy} aria-label={said || `Copy ${what}`}>
      <span aria-live="polite">{said || "Copy"}</span>
    </button>
  );
}
