// Whether a version works, asked from outside as clients ask: before people meet it, and after every step.

/** Seconds until a version must answer at this place of the edge. */
const wait = Number(process.env.SMOKE_SECONDS ?? 30);

/** The header that sends a request to one of the versions of a deployment, also to one that gets no traffic. */
const pin = ({ worker }, version) => ({ "cloudflare-workers-version-overrides": `${worker}="${version}"` });

/**
 * The checks of a version that has so much of the traffic, each with what is wrong. Requests of our own are pinned to the version; the
 * test client's meet it as people's do, so that they wait until it has traffic. With `SMOKE_SENTRY_TOKEN` the call is made with that
 * token of Sentry's; without it, with the sign-in that the test client keeps.
 */
export function smoke({ target, origin, version, percent, run }) {
  const headers = pin(target, version);
  const token = process.env.SMOKE_SENTRY_TOKEN;
  const checks = [
    ["it answers, and is the version that was uploaded", () => answers(origin, version, headers)],
    ["its metadata name this host", () => metadata(origin, headers)],
  ];
  if (percent > 0) checks.push(["doctor", () => program(run, "mcp-test-client", ["doctor", `${origin}/mcp`])]);
  if (token) checks.push(["a call", () => call(origin, headers, token)]);
  else if (percent > 0) checks.push(["a call", () => program(run, "mcp-test-client", ["--mcp-host", origin, "--tool", "whoami", "--json"])]);
  return checks;
}

async function ask(url, options) {
  const response = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(15_000), ...options });
  return { status: response.status, text: await response.text() };
}

/** A version is at every place of the edge some seconds after its deployment. */
async function answers(origin, version, headers) {
  let last = "no answer";
  for (const until = Date.now() + wait * 1000; ; ) {
    try {
      const { status, text } = await ask(`${origin}/health`, { headers });
      if (status === 200 && JSON.parse(text).deployment === version) return undefined;
      last = `status ${status}: ${text.slice(0, 300)}`;
    } catch (error) {
      last = error.cause?.code ?? error.message;
    }
    if (Date.now() >= until) return `${origin}/health does not answer as ${version} (${last})`;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

async function metadata(origin, headers) {
  const { status, text } = await ask(`${origin}/.well-known/oauth-authorization-server`, { headers });
  const issuer = status === 200 ? JSON.parse(text).issuer : undefined;
  return issuer === origin ? undefined : `the issuer is ${issuer ?? `not there (status ${status})`}, and should be ${origin}`;
}

async function call(origin, headers, token) {
  const { status, text } = await ask(`${origin}/mcp`, {
    method: "POST",
    headers: {
      ...headers,
      authorization: `Sentry-Bearer ${token}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2025-11-25",
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "whoami", arguments: {} } }),
  });
  if (status !== 200) return `whoami: status ${status}: ${text.slice(0, 300)}`;
  const { result, error } = JSON.parse(text);
  return error || result?.isError ? `whoami: ${text.slice(0, 300)}` : undefined;
}

function program(run, name, args) {
  const { status, output } = run(name, args, { reads: true });
  return status === 0 ? undefined : `${name} ${args.join(" ")}: status ${status}\n${output.trimEnd()}`;
}
