// A worker whose time passes: stopped, its storage made older, started again over the same storage.
import { age, temporaryFolder } from "./storage.ts";
import { type TestWorker, type WorkerOptions, startWorker } from "./worker.ts";

export interface AgingWorker extends AsyncDisposable {
  /** The one that runs now; another one after each `wait`. */
  readonly worker: TestWorker;
  /** Its storage. */
  readonly folder: string;
  /** Lets so many seconds pass; `meanwhile` may touch the storage, which nobody holds open then. */
  wait(seconds: number, meanwhile?: () => void): Promise<TestWorker>;
}

export async function startAgingWorker(options: WorkerOptions = {}): Promise<AgingWorker> {
  const folder = temporaryFolder();
  const start = () => startWorker({ ...options, storage: folder.path });
  let worker = await start();
  return {
    get worker() {
      return worker;
    },
    folder: folder.path,
    wait: async (seconds, meanwhile) => {
      await worker.stop();
      age(folder.path, seconds);
      meanwhile?.();
      worker = await start();
      return worker;
    },
    [Symbol.asyncDispose]: async () => {
      await worker.stop();
      folder[Symbol.dispose]();
    },
  };
}
