// What every TypeScript client is taken through. `connect` answers `{ list, call, close }`: the names of the tools, the text
// of a tool's answer. See ../run.mjs for the lines that are written.
import { setTimeout as sleep } from "node:timers/promises";

export const url = process.env.MCP_URL;
export const state = process.env.STATE;
const LISTED = "search_issues";
const OPTIONS = JSON.parse(process.env.OPTIONS);

export async function drive(connect) {
  if (process.argv[2] === "again") await attempt("restart", async () => {
    const session = await connect();
    const text = await session.call(LISTED, OPTIONS);
    await session.close();
    return { text };
  });
  else await first(connect);
  process.exit(0);
}

async function first(connect) {
  let session;
  await attempt("sign-in", async () => void (session = await connect()));
  if (!session) return;
  await attempt("list", async () => ({ names: await session.list() }));
  await attempt("call", async () => ({ text: await session.call(LISTED, OPTIONS) }));
  await attempt("unlisted", async () => ({ text: await session.call("whoami", {}) }));
  await expired();
  await attempt("refresh", async () => ({ text: await session.call(LISTED, OPTIONS) }));
  await session.close();
  await expired();
  await attempt("reconnect", async () => {
    session = await connect();
    return { text: await session.call(LISTED, OPTIONS) };
  });
  await session.close();
}

async function attempt(step, action) {
  let told;
  try {
    told = await action();
  } catch (error) {
    console.error(error);
    told = { error: `${error}` };
  }
  console.log(`@ ${JSON.stringify({ step, ...told })}`);
}

/** Until the access token has ended. */
const expired = () => sleep((Number(process.env.TOKEN_SECONDS) + 1) * 1000);

export const textOf = ({ content, isError }) => `${isError ? "error: " : ""}${content.map(({ text }) => text ?? "").join("\n")}`;

/** The session of a client of the SDK's shape, whose tokens a keychain keeps. */
export const sessionOf = (client, keychain) => ({
  list: async () => (await client.listTools()).tools.map(({ name }) => name),
  call: async (name, options) => textOf(await client.callTool({ name, arguments: options })),
  close: async () => {
    await client.close();
    keychain.close();
  },
});
