// The release before this one, as scripts/previous.mjs built it, and both of them over one storage.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../support/storage.ts";
import { type TestWorker, type WorkerOptions, startWorker } from "../support/worker.ts";

export const { commit: PREVIOUS_COMMIT } = JSON.parse(readFileSync(join(import.meta.dirname, "previous.json"), "utf8")) as { commit: string };

/** Its folder. */
const PREVIOUS = join(import.meta.dirname, "../../target/previous", PREVIOUS_COMMIT);

const THIS = join(import.meta.dirname, "../..");

/** Of which release the worker is, and of which the objects. Without a folder: of this one. */
export type Mixture = Pick<WorkerOptions, "release" | "objects">;

export const OLD: Mixture = { release: PREVIOUS };
export const NEW: Mixture = {};

const OLD_OBJECTS: Mixture = { objects: PREVIOUS };
const NEW_OBJECTS: Mixture = { release: PREVIOUS, objects: THIS };

/** Who has begun, and who goes on. */
export const mixtures: [name: string, begun: Mixture, goesOn: Mixture][] = [
  ["a new worker with old objects", OLD_OBJECTS, OLD_OBJECTS],
  ["an old worker with new objects", NEW_OBJECTS, NEW_OBJECTS],
  ["after a roll forward", OLD, NEW],
  ["after a roll back", NEW, OLD],
];

/** A worker that is deployed anew over its storage, at the same address. */
export interface Deployment extends AsyncDisposable {
  readonly worker: TestWorker;
  readonly folder: string;
  /** Stops what runs and starts another mixture; `meanwhile` finds nothing running. */
  deploy(mixture: Mixture, meanwhile?: () => void): Promise<TestWorker>;
}

/** `before` finds its storage empty. */
export async function deployed(mixture: Mixture, options: WorkerOptions, before = (_: string) => {}): Promise<Deployment> {
  if (Object.values(mixture).includes(PREVIOUS) && !existsSync(PREVIOUS)) throw new Error("the release before this one is not built. Run: scripts/with-tools node scripts/previous.mjs");
  const folder = temporaryFolder();
  before(folder.path);
  let worker = await startWorker({ storage: folder.path, ...options, ...mixture });
  return {
    get worker() {
      return worker;
    },
    folder: folder.path,
    deploy: async (next, meanwhile) => {
      const port = Number(worker.url.port);
      await worker.stop();
      meanwhile?.();
      worker = await startWorker({ storage: folder.path, ...options, ...next, port });
      return worker;
    },
    [Symbol.asyncDispose]: async () => {
      await worker.stop();
      folder[Symbol.dispose]();
    },
  };
}
