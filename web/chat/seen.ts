// Whether a person has had all of a text before them that may be longer than its box.
import { type Ref } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** Nothing: not yet. */
export type Seen = undefined | "whole" | "unfolded";

/**
 * For an element around a `pre` that scrolls. It counts as seen once it fits, or was scrolled to its end, or was unfolded,
 * after which the end stands where the person goes on.
 */
export function useSeen(): [Ref<HTMLDivElement>, Seen, () => void] {
  const around = useRef<HTMLDivElement>(null);
  const [seen, see] = useState<Seen>();
  useLayoutEffect(() => {
    const box = around.current?.querySelector("pre");
    if (!box || seen) return;
    const look = () => {
      // Where nothing is laid out, nothing is seen. A fraction of a pixel may be left at the end.
      if (box.clientHeight > 0 && box.scrollHeight - box.scrollTop - box.clientHeight < 2) see("whole");
    };
    look();
    box.addEventListener("scroll", look);
    const sizes = new ResizeObserver(look);
    sizes.observe(box);
    return () => {
      box.removeEventListener("scroll", look);
      sizes.disconnect();
    };
  }, [seen]);
  return [around, seen, () => see("unfolded")];
}
