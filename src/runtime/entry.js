// Where the runtime enters, in the place of worker-build's own shim, which makes three proxies for each request and each
// message to an object. As there, an instance that has trapped is replaced before the next event. ADR 26.
import * as wasm from "./index.js";

const state = wasm.__worker_init_state();

// A trap in a task shows here: nobody awaits a task's turn.
addEventListener("error", ({ error }) => trapped(error));
addEventListener("unhandledrejection", ({ reason }) => trapped(reason));

function trapped(error) {
  if (error instanceof WebAssembly.RuntimeError) {
    console.error("wasm trapped; the next event gets a new instance", error);
    state.criticalError = true;
  }
}

/** Every way in. What waits on goes through the queue of tasks, where a trap is an event. */
function enter(run) {
  if (state.criticalError) {
    wasm.__wbg_reset_state();
    state.criticalError = false;
    state.instanceId += 1;
  }
  try {
    return run();
  } catch (error) {
    trapped(error);
    throw error;
  }
}

export default {
  fetch: (request, env, context) => enter(() => wasm.fetch(request, env, context)),
};

/** A Durable Object: what it is in memory belongs to an instance of wasm, and is made anew from storage with the next. */
function object(name) {
  return class {
    #state;
    #env;
    #object;
    #instance;

    constructor(state, env) {
      this.#state = state;
      this.#env = env;
    }

    fetch(request) {
      return enter(() => this.#here().fetch(request));
    }

    alarm() {
      return enter(() => this.#here().alarm?.());
    }

    #here() {
      if (this.#instance !== state.instanceId) {
        this.#object = new wasm[name](this.#state, this.#env);
        this.#instance = state.instanceId;
      }
      return this.#object;
    }
  };
}

export const AccountObject = object("AccountObject");
export const GrantObject = object("GrantObject");
export const OnceObject = object("OnceObject");
