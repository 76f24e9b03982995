// Trouble at Sentry while traffic goes on, and when there was some.
import type { DemoSentry, Fault } from "../../tests/support/demo-sentry.ts";
import type { Outage } from "./killable.ts";
import { oneOf } from "./chance.ts";

const PATHS = ["/oauth/token/", "/api/0/"];
const KINDS: Omit<Fault, "path">[] = [
  { kind: "status", status: 503 },
  { kind: "status", status: 500 },
  { kind: "status", status: 429, retryAfter: 1 },
  { kind: "drop" },
  { kind: "malformed" },
  { kind: "latency_ms", ms: 1500 },
];

/** Makes trouble and takes it away, in turn. */
export class Trouble {
  readonly periods: Outage[] = [];

  constructor(readonly sentry: DemoSentry, readonly chance: () => number) {}

  /** So many requests of one kind meet one fault. */
  async begin(): Promise<void> {
    const fault = { ...oneOf(this.chance, KINDS), path: oneOf(this.chance, PATHS), times: 1 + Math.floor(this.chance() * 20) };
    this.periods.push({ from: Date.now(), until: Number.POSITIVE_INFINITY });
    await this.sentry.fault(fault);
  }

  async end(): Promise<void> {
    await this.sentry.noFaults();
    const period = this.periods.at(-1);
    if (period) period.until = Date.now();
  }
}

/** Whether something was under way from `from` until `until`, or just before it. */
export function overlaps(periods: Outage[], from: number, until: number): boolean {
  return periods.some((period) => period.from <= until && from <= period.until + GRACE);
}

/** A request that comes to a worker which has just started may wait for what is left of the last one. In milliseconds. */
const GRACE = 1500;
