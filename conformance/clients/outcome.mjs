// What a run has shown: what the driver told, held against what the server was asked.

/** A tool that `tools/list` names, and what its answer has of the local Sentry. */
const LISTED = "search_issues";
const ANSWER = "SHOP-WINDOW-1";
/** A tool of the catalogue that it does not name, and what its answer has. */
const UNLISTED_ANSWER = "Ada Marlowe";

export const STEPS = ["sign-in", "list", "call", "unlisted", "refresh", "reconnect", "restart"];

/** By step: `{ good, shown, why }`; `shown` is what stands in the table. */
export function judge(client, told, requests) {
  const windows = windowsOf(told, requests);
  const outcomes = {};
  for (const name of STEPS) {
    const problem = problemOf(name, windows[name]);
    outcomes[name] = excused(client.lacks?.[name], problem, windows[name]);
  }
  return outcomes;
}

/** Each step with the requests since the one before it. */
function windowsOf({ steps, restarted = 0 }, requests) {
  const windows = {};
  let from = 0;
  for (const step of steps) {
    if (step.step === "restart") from = restarted;
    windows[step.step] = { ...step, seen: requests.slice(from, step.requests) };
    from = step.requests;
  }
  return windows;
}

function problemOf(name, window) {
  if (!window) return "it did not come so far";
  const { error, names, text, seen } = window;
  if (error) return error;
  const granted = (grant) => seen.some((request) => request.grant === grant && request.status === 200);
  const asked = (message) => seen.some((request) => request.message === message && request.status === 200);
  if (name === "sign-in") return granted("authorization_code") ? undefined : "no code was redeemed";
  if (name === "list") {
    if (!names.includes(LISTED)) return `the list does not name ${LISTED}: ${names}`;
    return asked("tools/list") ? undefined : "the server was not asked for the list";
  }
  if (!asked("tools/call")) return "the server was asked to call nothing";
  const expected = name === "unlisted" ? UNLISTED_ANSWER : ANSWER;
  if (!text.includes(expected)) return `the answer has no ${expected}: ${text.slice(0, 300)}`;
  if (name === "call" || name === "unlisted") return undefined;
  if (granted("authorization_code")) return "it had its person sign in once more";
  return granted("refresh_token") ? undefined : "nothing was refreshed";
}

function excused(lack, problem, window) {
  if (!lack) return { good: !problem, shown: problem ? "FAIL" : "ok", why: problem };
  if (!problem) return { good: false, shown: "FAIL", why: "it does this now: take it out of `lacks`" };
  const good = lack.instead === "signs in" ? problem === "it had its person sign in once more" : refuses(window);
  return { good, shown: good ? `does not: ${lack.instead}` : "FAIL", why: good ? lack.why : problem };
}

/** The client said no by itself: the server was not asked. */
function refuses(window) {
  return Boolean(window?.error) && !window.seen.some(({ message }) => message === "tools/call");
}
