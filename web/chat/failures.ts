// What went wrong, in words for a person, and whether trying again makes sense.

export interface Failure {
  code: string;
  /** What the server said, for what this page has no words for. */
  message?: string;
  requestId?: string;
  /** Seconds until it may be tried again. */
  after?: number;
}

/** The sign-in is no longer good: sign in and go on. */
export const ENDED = "session_expired";

const WORDS: Record<string, string> = {
  [ENDED]: "Your session has ended. Sign in again to go on; the conversation stays.",
  stopped: "Stopped.",
  offline: "There is no connection to the server.",
  broken_off: "The connection broke off before the answer was complete.",
  no_model: "No language model is set up here, so questions have no answer. Commands work: see /help.",
  model_unreachable: "The language model does not answer at the moment.",
  model_refused: "The language model refused the request. The operator of this server can see why in its log.",
  model_rate_limited: "The language model has too much to do at the moment.",
  model_timeout: "The language model took too long.",
  too_long: "This conversation is too long. Clear it and begin anew.",
  too_large: "That is too much for one request. Clear the conversation, or send less.",
  tool_unavailable: "The tools do not answer at the moment.",
  rate_limited: "That was too much in a short time.",
};

/** Trying again would end the same way. */
const FINAL = new Set(["too_long", "too_large", "no_model"]);

export const canRetry = ({ code }: Failure): boolean => !FINAL.has(code);

export function inWords({ code, message, requestId, after }: Failure): string {
  const words = Object.hasOwn(WORDS, code) ? WORDS[code]! : message || "Something went wrong here.";
  const wait = after ? ` Try again in ${after} s.` : "";
  return words + wait + (requestId ? ` Request ID ${requestId}` : "");
}

/** The words of a sign-in that came back without one. */
export const SIGN_IN: Record<string, string> = {
  denied: "You did not allow it, so nothing was connected.",
  expired: "The sign-in took too long. Begin again.",
  failed: "The sign-in did not work. Try again in a moment.",
};
