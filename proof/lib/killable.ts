// A worker that can be killed: over storage on disk and at one port, so that its successor goes on where it ended.
import { createServer } from "node:net";
import { processorSeconds, residentBytes, workerds } from "../../bench/lib/process.mjs";
import { type DemoSentry, startDemoSentry } from "../../tests/support/demo-sentry.ts";
import { age, temporaryFolder } from "../../tests/support/storage.ts";
import { type LogLine, type Outgoing, type TestWorker, type WorkerOptions, startWorker } from "../../tests/support/worker.ts";

export interface TimedLine extends LogLine {
  /** When it came here, in milliseconds. */
  at: number;
}

/** When there was no worker: from the kill to the first answer of the next one, in milliseconds. */
export interface Outage {
  from: number;
  until: number;
}

export class KillableSite implements AsyncDisposable {
  readonly logs: TimedLine[] = [];
  readonly outages: Outage[] = [];
  /** Asked before the network; set by whoever wants to meet the worker's own fetches. */
  outgoing?: Outgoing;
  #worker!: TestWorker;
  #pid = 0;
  readonly #folder = temporaryFolder();
  readonly #options: WorkerOptions;
  readonly #port: number;

  private constructor(readonly sentry: DemoSentry, port: number, options: WorkerOptions) {
    this.#port = port;
    this.#options = options;
  }

  static async start(options: WorkerOptions = {}): Promise<KillableSite> {
    const sentry = await startDemoSentry();
    const site = new KillableSite(sentry, await freePort(), options);
    await site.restart();
    return site;
  }

  /** The one that runs now; another one after each kill, at the same origin. */
  get worker(): TestWorker {
    return this.#worker;
  }

  get folder(): string {
    return this.#folder.path;
  }

  get residentBytes(): number {
    return residentBytes(this.#pid) ?? 0;
  }

  /** Processor time of workerd so far, in microseconds; 0 where the system does not tell. */
  get processorMicroseconds(): number {
    return (processorSeconds(this.#pid) ?? 0) * 1e6;
  }

  /** SIGKILL: nothing of what workerd had in memory, and no answer that was on its way, survives. At once. */
  kill(): void {
    this.outages.push({ from: Date.now(), until: Number.POSITIVE_INFINITY });
    process.kill(this.#pid, "SIGKILL");
  }

  /** A worker over the storage as it is. */
  async restart(): Promise<void> {
    await this.#worker?.stop();
    const before = workerds();
    const outgoing: Outgoing = (request) => this.outgoing?.(request);
    this.#worker = await startWorker({ ...this.#options, sentry: this.sentry.url, storage: this.folder, port: this.#port, outgoing });
    const pid = workerds().find((each) => !before.includes(each));
    if (!pid) throw new Error("no process of workerd's was found");
    this.#pid = pid;
    const { logs } = this.#worker;
    logs.push = (...lines) => this.logs.push(...lines.map((line) => ({ ...line, at: Date.now() })));
    const outage = this.outages.at(-1);
    if (outage?.until === Number.POSITIVE_INFINITY) outage.until = Date.now();
  }

  /** Lets so many seconds pass. `meanwhile` finds the worker stopped. */
  async wait(seconds: number, meanwhile?: () => void): Promise<void> {
    await this.#worker.stop();
    age(this.folder, seconds);
    meanwhile?.();
    await this.restart();
  }

  /** Without a worker, to read what lies there. */
  async stopWorker(): Promise<void> {
    await this.#worker.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.stop();
    await this.sentry.stop();
    this.#folder[Symbol.dispose]();
  }
}

function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
