// Whether memory stays flat over many mixed requests: of the isolate its JavaScript heap after a collection and its wasm
// memory. Resident memory of workerd is for orientation: the workers of Miniflare grow in it, in front of a floor as well.
import { rpc } from "../cases.mjs";
import { inspect } from "./inspector.mjs";
import { authorizePath } from "./prepare.mjs";
import { residentBytes } from "./process.mjs";
import { table } from "./report.mjs";
import { run, sideFile } from "./wrk.mjs";

const STEPS = 10;
const WARM_UP = 5;
/** More growth than this after the first 30 % is not flat: until then caches fill that have a bound. */
const FLAT = 1.1;

export async function memory(state, folder, requests) {
  const token = await state.accessToken();
  const list = [
    { method: "GET", path: "/.well-known/oauth-authorization-server" },
    { method: "GET", path: "/.well-known/oauth-protected-resource/mcp/acme" },
    { method: "GET", path: authorizePath(state.origin, await state.client()), headers: { accept: "text/html" } },
    { method: "GET", path: "/no-such-page" },
    rpc("initialize", {}),
    rpc("tools/list", {}, token),
    rpc("tools/list", {}, `${token.slice(0, -4)}AAAA`),
    rpc("tools/call", { name: "find_projects", arguments: { organizationSlug: "acme" } }, token),
    { method: "POST", path: "/oauth/token", headers: { "content-type": "application/x-www-form-urlencoded" }, body: "grant_type=refresh_token&refresh_token=x" },
  ].map((each) => ({ headers: {}, ...each }));
  const side = { load: "mixed", origin: state.origin, file: sideFile(folder, { requests: list }), connections: 16 };
  const inspector = await inspect(state.server);
  let [done, bad, seconds] = [0, 0, WARM_UP];
  const samples = [{ done, ...(await sample(inspector, state.server)) }];
  while (done < requests) {
    const result = await run({ ...side, seconds });
    done += result.count;
    bad += result.bad + result.socket;
    samples.push({ done, ...(await sample(inspector, state.server)) });
    // wrk ends after a time, not after a number.
    seconds = Math.max(1, Math.ceil(Math.min(requests / STEPS, requests - done) / result.perSecond));
  }
  inspector.close();
  const settled = samples.find((each) => each.done >= requests * 0.3);
  const growth = samples.at(-1).isolate / settled.isolate;
  const verdict = bad > 0 ? `**invalid**: ${bad} wrong answers` : growth <= FLAT ? "flat: met" : "**grows: missed**";
  const rows = samples.map(({ done, isolate, resident }) => [`${done}`, mib(isolate), resident ? mib(resident) : "?"]);
  return {
    failed: bad > 0,
    text: `Memory of \`${state.server.label}\` over ${done} mixed requests: ${verdict} (× ${growth.toFixed(2)} from ${settled.done} requests on).\n\n${table(rows, ["requests", "isolate MiB", "workerd MiB"])}`,
  };
}

async function sample({ send }, { origin, pid }) {
  await send("HeapProfiler.collectGarbage");
  const { usedSize } = await send("Runtime.getHeapUsage");
  const wasm = Number(await (await fetch(`${origin}/bench-wasm-bytes`)).text());
  if (!(wasm > 0)) throw new Error("the worker's wasm memory was not found");
  return { isolate: usedSize + wasm, resident: residentBytes(pid) };
}

function mib(bytes) {
  return (bytes / 2 ** 20).toFixed(1);
}
