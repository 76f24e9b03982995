// Puts functions of a wasm module beside those that they resemble, which gzip, whose window is 32 KiB, makes smaller by
// a fiftieth. wasm-opt can order functions by their names only: so each is named here by its place.

/** How many bytes in a row are compared. */
const RUN = 7;
/** How many bytes of the functions before a function are compared with it: what is certainly in gzip's window. */
const WINDOW = 24_000;
/** A run that occurs in more functions than this says nothing. */
const COMMON = 400;
/** Added to a function's length, so that a short one does not win by a single run. */
const AT_LEAST = 20;

// Ids of sections and kinds of imports.
const [CUSTOM, IMPORTS, CODE] = [0, 2, 10];
const [FUNCTION, TAG] = [0, 4];

/** The module with its functions named by the places that they should have. */
export function namedByPlace(module) {
  const sections = sectionsOf(module);
  const imported = importedFunctions(sections.find(({ id }) => id === IMPORTS).body);
  const places = order(functionsOf(sections.find(({ id }) => id === CODE).body));
  const names = places.map((function_, place) => [imported + function_, `f${String(place).padStart(6, "0")}`]);
  const kept = sections.filter(({ id, body }) => id !== CUSTOM || new Reader(body).text() !== "name");
  const all = [...kept, { id: CUSTOM, body: nameSection(names.sort(([a], [b]) => a - b)) }];
  return Buffer.concat([module.subarray(0, 8), ...all.flatMap(({ id, body }) => [Buffer.from([id, ...leb(body.length)]), body])]);
}

/** Greedily: next comes the function most of whose runs stand in the window already. */
function order(functions) {
  const runs = sharedRuns(functions);
  const having = new Map(runs.flat().map((run) => [run, []]));
  runs.forEach((mine, index) => mine.forEach((run) => having.get(run).push(index)));
  const shared = new Float64Array(functions.length);
  const inWindow = new Map();
  const count = (run, by) => {
    const before = inWindow.get(run) ?? 0;
    inWindow.set(run, before + by);
    if (before === 0 || before + by === 0) for (const index of having.get(run)) shared[index] += by;
  };
  const left = new Set(functions.keys());
  const [places, window] = [[], []];
  let bytes = 0;
  while (left.size > 0) {
    let [next, best] = [-1, -1];
    for (const index of left) {
      const score = shared[index] / (functions[index].length + AT_LEAST);
      if (score > best) [next, best] = [index, score];
    }
    left.delete(next);
    places.push(next);
    window.push(next);
    bytes += functions[next].length;
    runs[next].forEach((run) => count(run, 1));
    while (bytes > WINDOW && window.length > 1) {
      const gone = window.shift();
      bytes -= functions[gone].length;
      runs[gone].forEach((run) => count(run, -1));
    }
  }
  return places;
}

/** Hashes of the runs of each function that others have as well, but not too many of them. */
function sharedRuns(functions) {
  const runs = functions.map((code) => {
    const mine = new Set();
    for (let at = 0; at + RUN <= code.length; at++) mine.add(hash(code, at));
    return mine;
  });
  const counts = new Map();
  for (const mine of runs) for (const run of mine) counts.set(run, (counts.get(run) ?? 0) + 1);
  return runs.map((mine) => [...mine].filter((run) => counts.get(run) > 1 && counts.get(run) <= COMMON));
}

/** FNV-1a. */
function hash(code, at) {
  let hash = 2166136261;
  for (let index = at; index < at + RUN; index++) hash = Math.imul(hash ^ code[index], 16777619);
  return hash >>> 0;
}

// The binary format: WebAssembly core specification, section 5.

class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }
  byte() {
    return this.bytes[this.at++];
  }
  number() {
    let [value, shift, byte] = [0, 0, 0];
    do {
      byte = this.byte();
      value |= (byte & 127) << shift;
      shift += 7;
    } while (byte & 128);
    return value >>> 0;
  }
  take(length) {
    return this.bytes.subarray(this.at, (this.at += length));
  }
  text() {
    return this.take(this.number()).toString("utf8");
  }
}

function sectionsOf(module) {
  const reader = new Reader(module);
  reader.take(8);
  const sections = [];
  while (reader.at < module.length) sections.push({ id: reader.byte(), body: reader.take(reader.number()) });
  return sections;
}

function functionsOf(body) {
  const reader = new Reader(body);
  return Array.from({ length: reader.number() }, () => reader.take(reader.number()));
}

function importedFunctions(body) {
  const reader = new Reader(body);
  let functions = 0;
  for (let left = reader.number(); left > 0; left--) {
    reader.text();
    reader.text();
    const kind = reader.byte();
    if (kind !== FUNCTION && kind !== TAG) throw new Error(`an import of kind ${kind}, which is not read yet`);
    if (kind === TAG) reader.byte(); // its attribute
    reader.number(); // its type
    if (kind === FUNCTION) functions += 1;
  }
  return functions;
}

function nameSection(names) {
  const entries = names.map(([index, name]) => Buffer.from([...leb(index), ...leb(name.length), ...Buffer.from(name)]));
  const functions = Buffer.concat([Buffer.from(leb(names.length)), ...entries]);
  return Buffer.concat([Buffer.from([4, ...Buffer.from("name"), 1, ...leb(functions.length)]), functions]);
}

function leb(number) {
  const bytes = [];
  do {
    bytes.push((number & 127) | (number > 127 ? 128 : 0));
    number >>>= 7;
  } while (number > 0);
  return bytes;
}
