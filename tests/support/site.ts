// A local Sentry, and a worker that signs in at it, for all tests of a file: started before them, stopped after.
import { beforeAll } from "vitest";
import { type DemoSentry, startDemoSentry } from "./demo-sentry.ts";
import { type TemporaryFolder, temporaryFolder } from "./storage.ts";
import { type TestWorker, type WorkerOptions, startWorker } from "./worker.ts";

export interface Site {
  sentry: DemoSentry;
  worker: TestWorker;
}

/** Hands out both once they run. */
export function withSite(begin: (site: Site) => unknown, options: WorkerOptions = {}): void {
  beforeAll(async () => {
    const sentry = await startDemoSentry();
    const worker = await startWorker({ sentry: sentry.url, ...options });
    await begin({ sentry, worker });
    return () => Promise.all([worker.stop(), sentry.stop()]);
  });
}

/** The same over a storage that tests can read, which goes when the worker has stopped. */
export function withStoredSite(begin: (site: Site & { folder: TemporaryFolder }) => unknown, options: WorkerOptions = {}): void {
  const folder = temporaryFolder();
  // Hooks clean up in the opposite order.
  beforeAll(() => () => folder[Symbol.dispose]());
  withSite((site) => begin({ ...site, folder }), { storage: folder.path, ...options });
}

/** The local Sentry alone, where each test starts a worker of its own. */
export function withSentry(begin: (sentry: DemoSentry) => unknown): void {
  beforeAll(async () => {
    const sentry = await startDemoSentry();
    await begin(sentry);
    return () => sentry.stop();
  });
}

/** So many at once. */
export const many = <T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)));
