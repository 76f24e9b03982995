// Server-sent events out of pieces of text that end anywhere (HTML §9.2.6), as far as one answer needs: no reconnection,
// so `id` and `retry` mean nothing here.

export interface SentEvent {
  event: string;
  data: string;
}

/** What one event may hold. Ours stay far below; a stream that goes on without end must not fill the memory. */
const LIMIT = 1 << 20;

export class EventParser {
  #rest = "";
  #begun = false;
  #event = "";
  #data: string[] = [];
  #size = 0;

  /** The events that are complete with this piece. Throws where one grows beyond the limit. */
  push(piece: string): SentEvent[] {
    this.#rest += piece;
    if (!this.#begun && this.#rest !== "") {
      this.#begun = true;
      if (this.#rest.startsWith("\uFEFF")) this.#rest = this.#rest.slice(1);
    }
    const found: SentEvent[] = [];
    let from = 0;
    for (;;) {
      const end = this.#rest.slice(from).search(/[\r\n]/);
      if (end < 0) break;
      const at = from + end;
      // After a CR at the very end an LF may still come, which would not be another line.
      if (this.#rest[at] === "\r" && at + 1 === this.#rest.length) break;
      const line = this.#rest.slice(from, at);
      from = at + (this.#rest.startsWith("\r\n", at) ? 2 : 1);
      const event = this.#line(line);
      if (event) found.push(event);
    }
    this.#rest = this.#rest.slice(from);
    if (this.#rest.length + this.#size > LIMIT) throw new RangeError("an event without end");
    return found;
  }

  #line(line: string): SentEvent | undefined {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (field === "event") this.#event = value;
    if (field === "data") {
      this.#data.push(value);
      this.#size += value.length + 1;
      if (this.#size > LIMIT) throw new RangeError("an event without end");
    }
    return undefined;
  }

  #dispatch(): SentEvent | undefined {
    const event = { event: this.#event || "message", data: this.#data.join("\n") };
    const something = this.#data.length > 0;
    this.#event = "";
    this.#data = [];
    this.#size = 0;
    return something ? event : undefined;
  }
}
