// Where the runtime enters, in the place of worker-build's own shim, which makes three proxies for each request and each
// message to an object. As there, an instance that has trapped is replaced, and so is one in which execution was ended:
// ADR 26, ADR 114.
import * as wasm from "./index.js";
import { enter, instanceNumber, startAnewBy } from "./turns.js";

startAnewBy(wasm.__wbg_reset_state);

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
      if (this.#instance !== instanceNumber()) {
        this.#object = new wasm[name](this.#state, this.#env);
        this.#instance = instanceNumber();
      }
      return this.#object;
    }
  };
}

export const AccountObject = object("AccountObject");
export const GrantObject = object("GrantObject");
export const OnceObject = object("OnceObject");
