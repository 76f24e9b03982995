// make dev: runs the worker under `wrangler dev` and a local Sentry, until Ctrl-C.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { parseEnv, stripVTControlCharacters } from "node:util";

const root = dirname(import.meta.dirname);
process.chdir(root);

/** Optional variables of the worker. Because of `[secrets] required`, wrangler does not read them from .dev.vars. */
const optional = [
  "LLM_API_KEY", "LLM_BASE_URL", "LLM_MODEL", "LLM_TIMEOUT", "ACCESS_TOKEN_TTL", "REFRESH_TOKEN_TTL", "CLIENT_REGISTRATION_TTL",
  "REFRESH_REUSE", "CLIENTS", "CIMD_ALLOWED_HOSTS", "CIMD_DENIED_HOSTS", "ALLOWED_ORIGINS", "SENTRY_BEARER",
  "UNTRUSTED_TEXT", "CLIENTS_DENIED", "ADDRESSES_DENIED", "REGISTRATION", "MAINTENANCE", "JURISDICTION",
  "LOG", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_HEADERS", "SENTRY_DSN",
];

const children = [];
let stopping = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => stop(0));
// If make is killed it cannot pass the signal on, but then our parent changes.
const parent = process.ppid;
setInterval(() => process.ppid === parent || stop(0), 500).unref();

try {
  await main();
} catch (error) {
  console.error(`dev: ${error.message}`);
  await stop(1);
}

async function main() {
  const devVars = readDevVars();
  const given = { ...parseFile(".env"), ...definedOnly(process.env) };
  const settings = { ...devVars, ...given };

  const port = portNumber("PORT", given.PORT ?? "8788");
  const demoPort = portNumber("DEMO_SENTRY_PORT", given.DEMO_SENTRY_PORT ?? "9797");
  const own = Boolean(given.SENTRY_CLIENT_ID && given.SENTRY_CLIENT_SECRET);
  if (!own && (given.SENTRY_CLIENT_ID || given.SENTRY_CLIENT_SECRET)) {
    throw new Error("set both SENTRY_CLIENT_ID and SENTRY_CLIENT_SECRET for the real Sentry, or neither for the local one.");
  }
  await mustBeFree("PORT", port);
  if (!own) await mustBeFree("DEMO_SENTRY_PORT", demoPort);

  await run("the worker", process.execPath, ["scripts/build.mjs"]);
  if (!own) await run("the local Sentry", "cargo", ["build", "--quiet", "--package", "demo-sentry"]);

  const vars = {};
  for (const name of optional) if (settings[name]) vars[name] = settings[name];
  const awaited = [];
  const origin = `http://localhost:${port}`;
  const sentry = `http://127.0.0.1:${demoPort}`;
  if (own) {
    vars.SENTRY_HOST = settings.SENTRY_HOST ?? "sentry.io";
    if (settings.SENTRY_URL) vars.SENTRY_URL = settings.SENTRY_URL;
    console.log(`dev: signing in at the real Sentry, ${vars.SENTRY_URL ?? `https://${vars.SENTRY_HOST}`}, as client ${settings.SENTRY_CLIENT_ID}`);
    console.log(`dev: its callback address must be ${origin}/oauth/callback`);
  } else {
    vars.SENTRY_URL = sentry;
    // Its scripted model accepts any key.
    if (!vars.LLM_API_KEY) Object.assign(vars, { LLM_API_KEY: "local", LLM_BASE_URL: `${sentry}/v1`, LLM_MODEL: "demo-model" });
    const demo = join(process.env.CARGO_TARGET_DIR ?? "target", "debug", "demo-sentry");
    start("local Sentry", demo, ["--port", String(demoPort)], process.env);
    awaited.push(["the local Sentry", `${sentry}/`, (status) => status < 500]);
  }

  const wrangler = start(
    "wrangler",
    process.execPath,
    [
      "node_modules/wrangler/bin/wrangler.js", "dev", "--local", "--port", String(port), "--inspector-port", "0",
      // Variables of the environment override those of the file.
      "--env-file", ".dev.vars", "--show-interactive-dev-session=false",
      ...Object.entries(vars).flatMap(([name, value]) => ["--var", `${name}:${value}`]),
    ],
    { ...process.env, ...pick(settings, ["SENTRY_CLIENT_ID", "SENTRY_CLIENT_SECRET", "COOKIE_SECRET"]) },
  );
  awaited.push(["the worker", `${origin}/health`, (status) => status === 200]);

  for (const each of awaited) await answers(...each);
  if (stopping) return;
  console.log(`ready: ${origin}`);
  console.log(connect(origin, own ? undefined : sentry));
  wrangler.show();
}

function connect(origin, sentry) {
  const editor = JSON.stringify({ mcpServers: { sentry: { type: "http", url: `${origin}/mcp` } } });
  return [
    "",
    `  Claude Code   claude mcp add --transport http sentry ${origin}/mcp`,
    `  Editors       mcp.json: ${editor}`,
    ...(sentry ? [`  Local Sentry  ${sentry} (sample data; sign in as any of its users)`] : []),
    "  Ctrl-C ends it.",
    "",
  ].join("\n");
}

function readDevVars() {
  if (!existsSync(".dev.vars")) {
    const secret = randomBytes(32).toString("base64url");
    const example = readFileSync(".dev.vars.example", "utf8");
    writeFileSync(".dev.vars", example.replace(/^COOKIE_SECRET=.*$/m, `COOKIE_SECRET=${secret}`), { mode: 0o600, flag: "wx" });
    console.log("dev: wrote .dev.vars with a fresh COOKIE_SECRET");
  }
  const found = parseFile(".dev.vars");
  const missing = ["SENTRY_CLIENT_ID", "SENTRY_CLIENT_SECRET", "COOKIE_SECRET"].filter((name) => !found[name]);
  if (missing.length > 0) {
    throw new Error(`.dev.vars has no ${missing.join(", ")}. Add it as in .dev.vars.example, or delete .dev.vars to have it made anew.`);
  }
  return found;
}

function parseFile(path) {
  return existsSync(path) ? definedOnly(parseEnv(readFileSync(path, "utf8"))) : {};
}

function definedOnly(values) {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== ""));
}

function pick(values, names) {
  return Object.fromEntries(names.map((name) => [name, values[name]]));
}

function portNumber(name, text) {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > 65535) throw new Error(`${name} is '${text}', not a port number.`);
  return number;
}

async function mustBeFree(name, port) {
  for (const host of ["127.0.0.1", "::1"]) {
    const taken = await new Promise((resolve) => {
      const server = createServer();
      // On a machine without IPv6, nothing listens on it either.
      server.once("error", (error) => resolve(error.code === "EADDRINUSE"));
      server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(false)));
    });
    if (taken) {
      throw new Error(`port ${port} is taken. See what uses it with \`lsof -i :${port}\`, or choose another: ${name}=${port + 1} make dev`);
    }
  }
}

/** Runs a build step to its end. */
async function run(what, program, args) {
  const child = spawn(program, args, { detached: true, stdio: ["ignore", "inherit", "inherit"] });
  const outcome = new Promise((resolve) => {
    child.once("error", (error) => resolve(`${program} did not start (${error.code}). Run: make setup`));
    child.once("exit", (code) => resolve(code === 0 ? undefined : `${what} did not build; what is wrong is printed above.`));
  });
  child.ended = outcome;
  children.push(child);
  const problem = await outcome;
  children.splice(children.indexOf(child), 1);
  if (stopping) return new Promise(() => {}); // stop() ends the process.
  if (problem) throw new Error(problem);
}

/** Starts a program in its own process group. Its output is held back until `show` is called or it fails. */
function start(name, program, args, env) {
  const child = spawn(program, args, { env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let held = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (text) => {
      if (!held) console.log(text);
      else if (held.push(text) > 300) held.shift();
    });
  }
  child.held = () => held ?? [];
  child.show = () => {
    held = undefined;
  };
  child.ended = new Promise((resolve) => {
    const end = (how) => {
      resolve();
      if (stopping) return;
      console.error(child.held().join("\n"));
      console.error(`dev: ${name} ${how}; its last words are above.`);
      void stop(1);
    };
    child.once("error", (error) => end(`did not start (${error.code}). Run: make setup`));
    // "close" comes after all output has been read.
    child.once("close", (code, signal) => end(`ended (${signal ?? `status ${code}`})`));
  });
  children.push(child);
  return child;
}

async function answers(what, url, good) {
  let last = "no answer";
  for (const until = Date.now() + 120_000; Date.now() < until && !stopping && !reported(); ) {
    try {
      const response = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(2_000) });
      if (good(response.status)) return;
      last = `status ${response.status}: ${(await response.text()).slice(0, 300)}`;
    } catch (error) {
      last = error.cause?.code ?? error.message;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  if (stopping) return;
  for (const child of children) console.error(child.held().join("\n"));
  throw new Error(`${what} did not come up at ${url} (${last}). What it said is above.`);
}

/**
 * Whether a program has reported an error. wrangler keeps running after a fatal error, and tries again when a file
 * changes.
 */
function reported() {
  return children.some((child) => child.held().some((line) => stripVTControlCharacters(line).includes("[ERROR]")));
}

async function stop(code) {
  if (stopping) return;
  stopping = true;
  const kill = (signal) => {
    for (const child of children) {
      try {
        if (child.pid) process.kill(-child.pid, signal);
      } catch {
        // It has already ended.
      }
    }
  };
  kill("SIGTERM");
  const all = Promise.all(children.map((child) => child.ended));
  await Promise.race([all, new Promise((resolve) => setTimeout(resolve, 3_000))]);
  // A child's own children may outlive it.
  kill("SIGKILL");
  process.exit(code);
}
