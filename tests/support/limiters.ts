// Rate limiters that a test answers for itself: by key, as often as it likes, or with trouble.
import { Response } from "miniflare";
import type { Request } from "miniflare";

/** Whether one more is within the limit of the limiter, for this key. What it throws is a limiter that fails. */
export type Limiter = (key: string) => boolean;

/** By the names of wrangler.toml. */
export type Limiters = Record<string, Limiter>;

/** One that counts as the real ones do, without the end of its minute; and the keys that it was asked for, in turn. */
export function counting(limit: number): { limiter: Limiter; keys: string[] } {
  const keys: string[] = [];
  const limiter = (key: string) => {
    keys.push(key);
    return keys.filter((asked) => asked === key).length <= limit;
  };
  return { limiter, keys };
}

export const broken: Limiter = () => {
  throw new Error("the limiter is out of order");
};

const NAME = "limiters";

/** Binds them in the options of the worker under test; the worker that must run beside it hands each question on. */
export function bindLimiters(limiters: Limiters, workerOptions: object) {
  const names = Object.keys(limiters);
  if (names.length === 0) return [];
  const options = workerOptions as Record<"ratelimits" | "serviceBindings", Record<string, unknown> | undefined>;
  for (const name of names) delete options.ratelimits?.[name];
  const services = names.map((name) => [name, { name: NAME, entrypoint: name }]);
  options.serviceBindings = { ...options.serviceBindings, ...Object.fromEntries(services) };
  const script = `
    import { WorkerEntrypoint } from "cloudflare:workers";
    const limiter = (name) => class extends WorkerEntrypoint {
      async limit({ key }) {
        const { status } = await this.env.TEST.fetch("http://test/", { method: "POST", body: JSON.stringify([name, key]) });
        if (status === 500) throw new Error("the limiter is out of order");
        return { success: status === 200 };
      }
    };
    ${names.map((name) => `export const ${name} = limiter("${name}");`).join("\n")}
    export default {};
  `;
  const ask = async (request: Request) => {
    const [name, key] = (await request.json()) as [string, string];
    try {
      return new Response(null, { status: limiters[name]!(key) ? 200 : 429 });
    } catch {
      return new Response(null, { status: 500 });
    }
  };
  return [{ name: NAME, modules: true as const, script, compatibilityDate: "2026-02-24", serviceBindings: { TEST: ask } }];
}
