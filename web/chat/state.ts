// What the chat knows, and the view draws.
import type { Entry } from "./conversation.ts";

/** The model of the local Sentry, whose replies are scripted. */
export const DEMO = "demo-model";

export interface State {
  /** `unknown` until the server has said. */
  session: "unknown" | "out" | "in";
  name?: string;
  model?: string;
  sentry?: string;
  endpoint: string;
  entries: Entry[];
  busy: boolean;
  online: boolean;
  /** A sign-in goes on in another window. */
  signingIn: boolean;
  /** The last thing that happened, for whoever does not see it. */
  said: string;
  /** What was cleared last, to be brought back. */
  cleared: Entry[];
  /** Questions that were typed while another one waited for the sign-in. */
  queued: string[];
}
