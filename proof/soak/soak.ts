// What the actors of a soak share: the site, what they were answered, and which errors are explained.
import { type Registered, type Tokens, outcome, register } from "../../tests/support/oauth.ts";
import { chanceOf, oneOf } from "../lib/chance.ts";
import { type Trouble, overlaps } from "../lib/faults.ts";
import type { KillableSite } from "../lib/killable.ts";
import { Ledger, type Session } from "../lib/ledger.ts";

export const USERS = ["1001", "1002"];
/** Of one client and person; the server keeps twenty. */
const SESSIONS_OF_A_CLIENT = 16;

/** The server said that something is over which is not: what must never happen. */
export class LoggedOut extends Error {}

export interface Actor extends Session {
  /** Sentry's token does not last as long as ours: a refresh renews it first. */
  renews: boolean;
  /** One action at a time, as a client has one session. */
  busy: boolean;
  /** A renewal may have been under way when workerd was killed; Sentry's refresh tokens are good once. */
  cutShort: boolean;
  /** When its access token came, in milliseconds. */
  at: number;
}

export class Soak {
  readonly ledger = new Ledger();
  readonly done = new Map<string, { good: number; explained: number }>();
  readonly unexplained: string[] = [];
  /** Sessions that ended since a kill fell into the renewal of their Sentry token. */
  lostInRenewal = 0;
  /** Grants that opened, or may have. */
  opened = 0;
  /** Clients that registered, or tried to. */
  registered = 0;
  expiresIn = 0;
  readonly chance: () => number;
  #client?: { registered: Registered; sessions: number };

  constructor(readonly site: KillableSite, readonly trouble: Trouble, seed: number) {
    this.chance = chanceOf(seed);
  }

  get worker() {
    return this.site.worker;
  }

  /** A client that has room for one more session. */
  async client(): Promise<Registered> {
    if (!this.#client || this.#client.sessions >= SESSIONS_OF_A_CLIENT) {
      this.registered += 1;
      this.#client = { registered: await register(this.worker), sessions: 0 };
    }
    this.#client.sessions += 1;
    return this.#client.registered;
  }

  keep(session: Session): Actor {
    const actor: Actor = { ...session, renews: this.expiresIn < 3600, busy: false, cutShort: false, at: Date.now() };
    this.ledger.keep(actor);
    return actor;
  }

  /** A session that nobody uses just now. */
  free(): Actor | undefined {
    const all = [...this.ledger.sessions.values()] as Actor[];
    for (let tries = 0; tries < 10 && all.length > 0; tries += 1) {
      const found = oneOf(this.chance, all);
      if (!found.busy) return found;
    }
    return undefined;
  }

  over(actor: Actor): void {
    this.ledger.end(actor.tokens);
  }

  rotated(actor: Actor, tokens: Tokens): void {
    Object.assign(actor, { tokens, at: Date.now() });
  }

  /** Runs an action, and judges what it threw. */
  async attempt(name: string, action: () => Promise<void>): Promise<void> {
    const from = Date.now();
    const count = this.done.get(name) ?? { good: 0, explained: 0 };
    this.done.set(name, count);
    try {
      await action();
      count.good += 1;
    } catch (error) {
      const until = Date.now();
      if (!(error instanceof LoggedOut) && this.explained(from, until)) {
        count.explained += 1;
        // As a client does that finds nobody there.
        await new Promise((resolve) => setTimeout(resolve, 250));
      } else this.unexplained.push(`${name}: ${error instanceof Error ? `${error.message}${causeOf(error)}` : String(error)}`);
    }
  }

  /** Whether workerd was down, or Sentry in trouble. */
  explained(from: number, until: number): boolean {
    return overlaps(this.site.outages, from, until) || overlaps(this.trouble.periods, from, until);
  }

  /** Throws what an answer means that is not `status`. */
  async expect(response: Response, status: number, what: string): Promise<Response> {
    if (response.status === status) return response;
    const said = await outcome(response.clone());
    const isEnd = /invalid_grant|invalid_token|invalid_client/.test(said);
    throw new (isEnd ? LoggedOut : Error)(`${what} answered ${said}`);
  }
}

const causeOf = (error: Error) => (error.cause instanceof Error ? ` (${error.cause.message})` : "");
