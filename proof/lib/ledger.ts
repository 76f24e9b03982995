// What clients were answered: which sessions there are, and how often each code brought tokens.
import { type Registered, type Tokens, grantOf } from "../../tests/support/oauth.ts";

export interface Session {
  client: Registered;
  tokens: Tokens;
  user: string;
}

export class Ledger {
  /** Sessions that were answered and that nobody has ended, by their grant. */
  readonly sessions = new Map<string, Session>();
  /** How often each code was answered with tokens. */
  readonly redemptions = new Map<string, number>();

  keep(session: Session): void {
    this.sessions.set(grantOf(session.tokens.access_token), session);
  }

  /** Somebody ends it, or nobody may count on it any longer. */
  end(tokens: Tokens): void {
    this.sessions.delete(grantOf(tokens.access_token));
  }

  redeemed(code: string): void {
    this.redemptions.set(code, (this.redemptions.get(code) ?? 0) + 1);
  }

  get redeemedTwice(): string[] {
    return [...this.redemptions].filter(([, count]) => count > 1).map(([code]) => grantOf(code));
  }
}
