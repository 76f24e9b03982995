// That a question of this tab waits for a sign-in, so that it goes on by itself afterwards: also where the tab itself was
// the way to the sign-in and back. Not in the storage that all tabs share, or each of them would ask it.

const KEY = "sentry-mcp-chat-waits";
/** Whoever comes back later has forgotten what they asked. */
const PATIENCE = 15 * 60 * 1000;

export class Waiting {
  constructor(readonly storage: Pick<Storage, "getItem" | "setItem" | "removeItem"> | undefined, readonly now: () => number = Date.now) {}

  begin(): void {
    try {
      this.storage?.setItem(KEY, String(this.now()));
    } catch {
      // Then the person presses a button to go on.
    }
  }

  /** Whether it waited, and not for too long. It no longer does. */
  end(): boolean {
    try {
      const since = Number(this.storage?.getItem(KEY) ?? NaN);
      this.storage?.removeItem(KEY);
      return this.now() - since >= 0 && this.now() - since < PATIENCE;
    } catch {
      return false;
    }
  }
}
