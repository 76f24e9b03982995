// What a step of chaos is: a request that is under way when workerd is killed, and what its sender must find afterwards.
import { type Registered, type Tokens, outcome, refresh, rpc, tokensOf } from "../../tests/support/oauth.ts";
import type { TestWorker } from "../../tests/support/worker.ts";
import type { KillableSite } from "../lib/killable.ts";
import type { Ledger } from "../lib/ledger.ts";

export interface Chaos {
  site: KillableSite;
  client: Registered;
  ledger: Ledger;
}

/** A request that is ready to go out. */
export interface Ready {
  send(): Promise<Response>;
  /**
   * Goes on as its sender would, from the answer or, where none came, by sending again. Answers in a few words how it
   * went on, and throws `Wrong` where a promise is broken.
   */
  goOn(answer: Response | undefined): Promise<string>;
}

export interface Step {
  name: string;
  prepare(chaos: Chaos): Promise<Ready>;
}

/** A promise of the server's that it did not keep. */
export class Wrong extends Error {}

/** Words of `goOn`: all but the last are as good as no kill. */
export const WORKS = "answered, works";
export const AGAIN = "sent again, works";
export const LOST = "lost, signed in anew";

/** A session works: its access token opens /mcp, and its refresh token brings another that does. Answers that one. */
export async function works(worker: TestWorker, client: Registered, tokens: Tokens): Promise<Tokens> {
  const pinged = await rpc(worker, tokens.access_token);
  if (pinged.status !== 200) throw new Wrong(`an answered access token is refused: ${await outcome(pinged)}`);
  const next = await refresh(worker, client, tokens.refresh_token);
  if (next.status !== 200) throw new Wrong(`an answered refresh token is refused: ${await outcome(next)}`);
  const renewed = await tokensOf(next);
  const again = await rpc(worker, renewed.access_token);
  if (again.status !== 200) throw new Wrong(`a refreshed access token is refused: ${await outcome(again)}`);
  return renewed;
}

/** Neither token of a session is good for anything. */
export async function isOver(worker: TestWorker, client: Registered, tokens: Tokens): Promise<void> {
  const pinged = await rpc(worker, tokens.access_token);
  const next = await refresh(worker, client, tokens.refresh_token);
  const found = [pinged.status, await outcome(next)].join(", ");
  if (found !== "401, 400 invalid_grant") throw new Wrong(`a session that was ended answers ${found}`);
}

export function expectStatus(response: Response, status: number, what: string): Response {
  if (response.status !== status) throw new Wrong(`${what}: ${response.status} instead of ${status}`);
  return response;
}
