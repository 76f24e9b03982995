// The chat: what it knows, and what happens at each thing that a person does. The view draws `state`; nothing else changes it.
import { HELP, readCommand } from "./commands.ts";
import { type Call, type Entry, after, decided, failed, isUnfinished, newKey, passedOver, resumable, rewound, settled, turn, undecided, waiting } from "./conversation.ts";
import { decisions, goesOn, withdrawn } from "./decisions.ts";
import { ENDED, SIGN_IN } from "./failures.ts";
import { History, isEndpoint } from "./history.ts";
import { messages, sent } from "./messages.ts";
import { toolTitle } from "./plain.ts";
import type { ChatRequest } from "./protocol.ts";
import { type Word, Words, signIn, signOut, status } from "./session.ts";
import { heading, outcome } from "./spoken.ts";
import type { State } from "./state.ts";
import { Failed, ask } from "./stream.ts";
import { Waiting } from "./waiting.ts";

export class Chat {
  state: State;
  #history: History;
  #waiting: Waiting;
  #words = new Words();
  #abort: AbortController | undefined;
  #window: Window | undefined;
  /** Who was signed in last. */
  #person: string | undefined;
  /** What was asked for last: a command, or (empty) a question. */
  #wish: Partial<ChatRequest> | undefined;
  #changed: () => void = () => {};

  /** `kept` holds the conversation for all tabs, `waiting` that a question of this one waits for a sign-in. */
  constructor(kept: Storage | undefined, waiting: Storage | undefined, sentry: string | undefined) {
    this.#history = new History(kept);
    this.#waiting = new Waiting(waiting);
    const { endpoint, entries } = this.#history.load();
    this.state = { session: "unknown", sentry, endpoint, entries, busy: false, online: navigator.onLine, signingIn: false, said: "", cleared: [], queued: [] };
  }

  /** Begins; `changed` is called whenever there is something new to draw, `problem` is how a sign-in came back. */
  async start(changed: () => void, problem?: string): Promise<void> {
    this.#changed = changed;
    addEventListener("online", () => void this.#refresh());
    addEventListener("offline", () => this.#set({ online: false }));
    addEventListener("storage", ({ key }) => History.isOurs(key) && this.#adopt());
    this.#words.listen((word) => void this.#heard(word));
    // Where no word comes from the other window, coming back to this one is a sign as well.
    addEventListener("focus", () => {
      if (this.state.session === "in") return;
      if (this.#window?.closed) this.#set({ signingIn: false });
      void this.#refresh();
    });
    if (problem) this.#notSignedIn(problem);
    await this.#refresh();
  }

  /** What was typed, or chosen. */
  submit(typed: string): void {
    const text = typed.trim();
    if (!text || this.state.busy) return;
    const command = readCommand(text);
    if (!command) return this.#question(text);
    switch (command.kind) {
      case "help":
        return this.#add({ kind: "note", key: newKey(), text: HELP });
      case "mistake":
        return this.#add({ kind: "note", key: newKey(), text: command.text });
      case "clear":
        return this.clear();
      case "logout":
        return void this.signOut();
      case "call":
        return this.#begin({ call: { name: command.name, arguments: command.arguments } });
    }
  }

  stop(): void {
    this.#abort?.abort();
  }

  /** Whether there is something to try again: after a reload a command is forgotten, a question is not. */
  get canRetry(): boolean {
    return this.#wish !== undefined || isUnfinished(this.state.entries);
  }

  /** Once more, the last command or from the last question. */
  retry(): void {
    if (this.state.busy) return;
    if (!this.#wish?.call) this.#keep(rewound(this.state.entries));
    this.#resume();
  }

  /** A person's word on what a tool would do. */
  decide(key: string, approve: boolean): void {
    const call = waiting(this.state.entries, "confirm").find((entry) => entry.key === key);
    if (this.state.busy || !call) return;
    // Shown in another tab, which uses another endpoint.
    if (call.endpoint !== this.state.endpoint) return this.#withdraw();
    this.#keep(decided(this.state.entries, key, approve));
    if (call.direct) {
      if (approve) this.#begin({ call: { name: call.name, arguments: sent(call) }, endpoint: call.endpoint, approved: [call.id] });
      else {
        this.#say("Declined.");
        this.#next();
      }
    } else if (waiting(turn(this.state.entries), "confirm").every((other) => other.direct)) this.#begin({});
  }

  clear(): void {
    this.stop();
    const { entries } = this.state;
    this.#forget();
    this.#set({ cleared: entries, said: "The conversation is cleared." });
  }

  bringBack(): void {
    const { cleared } = this.state;
    this.#set({ cleared: [] });
    this.#keep(withdrawn([...cleared, ...this.state.entries], this.state.endpoint));
  }

  setEndpoint(endpoint: string): void {
    if (!isEndpoint(endpoint)) return;
    this.state.endpoint = endpoint;
    this.#keep(this.state.entries);
    this.#say(`The chat now uses ${endpoint}.`);
    // What an answer that is under way asks for is withdrawn at its end.
    if (!this.state.busy) this.#withdraw();
  }

  /** Takes back what waits and was asked for another endpoint; the conversation goes on as if it were declined. */
  #withdraw(goOn = true): void {
    const { entries, endpoint, session } = this.state;
    const left = withdrawn(entries, endpoint);
    if (left.every((entry, n) => entry === entries[n])) return;
    this.#keep(left);
    if (goOn && session === "in" && goesOn(entries, endpoint)) this.#begin({});
    this.#say(`The chat now uses ${endpoint}. What waited for your word is withdrawn.`);
  }

  /** While a click is being handled. */
  signIn(): void {
    if (isUnfinished(this.state.entries)) this.#waiting.begin();
    this.#window = signIn();
    this.#set({ signingIn: this.#window !== undefined });
    if (this.#window) this.#watch(this.#window);
  }

  /** A window that is closed says nothing, so it is looked at. */
  #watch(opened: Window): void {
    const timer = setInterval(() => {
      if (opened === this.#window && !opened.closed) return;
      clearInterval(timer);
      if (opened !== this.#window || !this.state.signingIn) return;
      this.#set({ signingIn: false });
      this.#say("The sign-in window was closed.");
      void this.#refresh();
    }, 400);
  }

  async signOut(): Promise<void> {
    this.stop();
    try {
      if (!(await signOut())) throw new Failed({ code: "sign_out" });
    } catch {
      return this.#add({ kind: "failure", key: newKey(), failure: { code: "sign_out" }, text: "You are not signed out: the server did not answer. Try again." });
    }
    this.#words.say({ type: "signed-out" });
    this.#signedOut();
  }

  #question(text: string): void {
    const { entries, session, queued } = this.state;
    // One question waits for the sign-in already: this one is asked after it.
    if (session === "out" && isUnfinished(entries)) {
      this.#set({ queued: [...queued, text] });
      return this.#begin({});
    }
    const left = waiting(entries, "confirm").map(({ name, target }) => toolTitle(name, target));
    const note = `Not run, since you asked something else: ${left.join(", ")}.`;
    const said: Entry[] = left.length > 0 ? [{ kind: "note", key: newKey(), text: note }] : [];
    this.#keep([...passedOver(entries), ...said, { kind: "user", key: newKey(), text }]);
    this.#set({ cleared: [] });
    this.#begin({});
  }

  /** The next of the questions that waited for a sign-in, once the one before it has its answer. */
  #next(): void {
    const [text, ...queued] = this.state.queued;
    if (text === undefined || this.state.busy || this.state.session !== "in" || waiting(this.state.entries, "confirm").length > 0) return;
    this.#set({ queued });
    this.#question(text);
  }

  /** Now, or after a sign-in. */
  #begin(wish: Partial<ChatRequest>): void {
    this.#wish = wish;
    if (this.state.session !== "out") return this.#resume();
    this.#waiting.begin();
    // A window that is on its way to Sentry and back is not sent to its beginning again.
    if (this.state.signingIn && this.#window?.closed === false) return this.#window.focus();
    this.signIn();
  }

  #resume(): void {
    const wish = this.#wish;
    if (!wish?.call) return void this.#go();
    // Once: a second time somebody else may be signed in, and is asked again.
    this.#wish = { call: wish.call };
    // What was withdrawn while it waited for a sign-in is not sent.
    const isGood = ({ id, endpoint }: Call) => wish.approved?.includes(id) && endpoint === wish.endpoint;
    if (wish.approved && !waiting(this.state.entries, "approved").some(isGood)) return;
    void this.#run(wish);
  }

  /** Asks the server to go on with the conversation as it is. */
  async #go(): Promise<void> {
    if (!this.state.entries.some(({ kind }) => kind === "user")) return;
    return this.#run(decisions(this.state.entries, this.state.endpoint));
  }

  async #run(wish: Partial<ChatRequest>): Promise<void> {
    const direct = wish.call !== undefined;
    // A command's question that nobody has answered is over with the next command.
    if (direct && !wish.approved) this.#keep(this.state.entries.map((entry) => (entry.kind === "call" && entry.direct && entry.state === "confirm" ? { ...entry, state: "declined" } : entry)));
    const abort = (this.#abort = new AbortController());
    this.#waiting.end();
    const fine = this.state.entries.filter(({ kind }) => kind !== "failure");
    const answered = direct ? fine : resumable(fine);
    this.#set({ busy: true, entries: answered, said: "Working on it." });
    const request = { endpoint: this.state.endpoint, messages: direct ? [] : messages(answered), ...wish };
    try {
      for await (const event of ask(request, abort.signal)) {
        if (abort.signal.aborted) break;
        this.#set({ entries: after(this.state.entries, event, direct, request.endpoint), said: heading(this.state.entries, event) ?? this.state.said });
        if (event.type === "tool_result" || event.type === "confirm") this.#keep(this.state.entries);
        if (event.type === "error" && event.code === ENDED) this.#expired();
      }
    } catch (error) {
      if (!abort.signal.aborted) this.#failed(error);
    }
    if (abort !== this.#abort) return;
    const entries = undecided(settled(this.state.entries));
    this.#keep(abort.signal.aborted && entries.length > 0 ? failed(entries, { code: "stopped" }) : entries);
    this.#set({ busy: false, said: outcome(this.state.entries) });
    // Not after a failure or a stop: what goes on then is for the person to say.
    this.#withdraw(this.state.entries.at(-1)?.kind !== "failure");
    if (abort.signal.aborted) this.#set({ queued: [] });
    else this.#next();
  }

  #failed(error: unknown): void {
    const failure = error instanceof Failed ? error.failure : { code: "internal", message: "Something went wrong in this page." };
    this.#set({ entries: failed(this.state.entries, failure) });
    if (failure.code === ENDED) this.#expired();
    if (failure.code === "offline") this.#set({ online: navigator.onLine });
  }

  /** The session has ended: what was asked goes on after the next sign-in, if that is soon. */
  #expired(): void {
    this.#waiting.begin();
    this.#set({ session: "out", name: undefined });
  }

  async #heard(word: Word): Promise<void> {
    if (word.type === "signed-out") return this.#signedOut();
    const mine = this.state.signingIn;
    this.#window?.close();
    this.#window = undefined;
    this.#set({ signingIn: false });
    if (word.type === "signed-in") await this.#refresh();
    else if (mine) this.#notSignedIn(word.problem ?? "");
  }

  #notSignedIn(problem: string): void {
    this.#waiting.end();
    this.#set({ queued: [] });
    const text = Object.hasOwn(SIGN_IN, problem) ? SIGN_IN[problem]! : SIGN_IN.failed!;
    this.#add({ kind: "failure", key: newKey(), failure: { code: "sign_in" }, text });
  }

  #signedOut(): void {
    this.stop();
    this.#forget();
    this.#person = undefined;
    this.#set({ session: "out", name: undefined, said: "You are signed out." });
  }

  #forget(): void {
    this.#history.clear();
    this.#waiting.end();
    this.#wish = undefined;
    this.#set({ entries: [], cleared: [], queued: [] });
  }

  /** Asks who is signed in, and goes on with what waited for it. */
  async #refresh(): Promise<void> {
    const found = await status();
    if (!found) return this.#set({ online: navigator.onLine });
    const { authenticated, name, model, sentry = this.state.sentry } = found;
    const before = this.state.session;
    this.#set({ session: authenticated ? "in" : "out", name, model, sentry, online: true, ...(authenticated && { signingIn: false }) });
    if (!authenticated || this.state.busy) return;
    // What one person was told is not for another.
    if (this.#person !== undefined && this.#person !== name) this.#forget();
    this.#person = name;
    if (before !== "in" && this.#waiting.end()) this.#resume();
  }

  /** Another tab has written: this one shows the same, unless it is at something itself. */
  #adopt(): void {
    if (this.state.busy) return;
    const { entries, endpoint } = this.#history.load();
    this.#set({ entries, endpoint });
  }

  #add(entry: Entry): void {
    this.#keep([...this.state.entries, entry]);
    if ("text" in entry) this.#say(entry.text);
  }

  #keep(entries: Entry[]): void {
    const { endpoint } = this.state;
    const kept = this.#history.save({ endpoint, entries });
    this.#set({ entries: kept.entries });
  }

  #say(said: string): void {
    this.#set({ said });
  }

  #set(change: Partial<State>): void {
    this.state = { ...this.state, ...change };
    this.#changed();
  }
}
