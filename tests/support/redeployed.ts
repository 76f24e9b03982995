// One server under one name and over one storage, of which the deployment changes: what an operator does to it.
import { type Fetch, Person } from "./person.ts";
import { type LogLine, type TestWorker, type WorkerOptions, startWorker } from "./worker.ts";

export const PUBLIC = "https://mcp.example.com";

export interface Redeployed extends AsyncDisposable {
  /** Whatever is deployed, under its one name, for the helpers of `oauth.ts`. */
  site: TestWorker;
  /** Replaces what runs by a deployment with these variables. */
  deploy(vars?: Record<string, string>): Promise<void>;
  /** Stops what runs, so that its storage can be looked at or changed; `deploy` starts it again. */
  stop(): Promise<void>;
  person(): Person;
  logs(): Promise<LogLine[]>;
}

export function redeployed(options: WorkerOptions & { storage: string }): Redeployed {
  let deployed: TestWorker | undefined;
  const stop = async () => {
    await deployed?.stop();
    deployed = undefined;
  };
  const running = () => {
    if (!deployed) throw new Error("nothing is deployed");
    return deployed;
  };
  const fetchAt: Fetch = (url, init) => (url.origin === PUBLIC ? running().at(url.href, init as never) : fetch(url, init)) as Promise<Response>;
  const site = {
    origin: PUBLIC,
    fetch: (path: string, init: RequestInit = {}) => fetchAt(new URL(path, PUBLIC), init),
    get miniflare() {
      return running().miniflare;
    },
  };
  return {
    site: site as unknown as TestWorker,
    deploy: async (vars = {}) => {
      await stop();
      deployed = await startWorker({ ...options, vars: { ...options.vars, ...vars } });
    },
    stop,
    person: () => new Person({ fetch: fetchAt }),
    logs: () => running().flushedLogs(),
    [Symbol.asyncDispose]: stop,
  };
}
