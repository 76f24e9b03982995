// A button that copies, beside each block of code.
for (const block of document.querySelectorAll<HTMLElement>("main pre:not(.chat pre, .story pre)")) {
  const frame = document.createElement("div");
  frame.className = "copied";
  block.replaceWith(frame);
  frame.append(block, button(() => block.textContent ?? ""));
}
function button(text: () => string): HTMLElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "copier";
  made.textContent = "Copy";
  made.addEventListener("click", () => void copy(text(), made));
  return made;
}

async function copy(text: string, button: HTMLElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Not copied";
  }
  setTimeout(() => (button.textContent = "Copy"), 2000);
}
export {};
