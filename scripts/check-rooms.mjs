// The floors of src/ and of a crate with rooms: a room may use what is below it, and nothing above or beside it. AGENTS.md
// says what lives in each.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Of each house the floors, from the roof to the ground, and its doors; rooms of one floor know nothing of each other. */
const houses = {
  src: {
    floors: [
      ["lib"], ["router"], ["app"], ["account", "chat", "mcp"], ["sign_in"], ["site"], ["deployment"], ["stores"], ["objects"], ["memory", "upstream"], ["config"], ["runtime"],
    ],
    // The chat is a client of this server: its requests go in where everybody's do.
    doors: ["chat router"],
  },
  "crates/sentry-tools/src": {
    floors: [["lib"], ["reference", "schemas"], ["protocol"], ["catalogue"], ["tools"], ["vocabulary"], ["text"]],
    doors: [],
  },
};

let files = 0;
const problems = Object.entries(houses).flatMap(([house, { floors, doors }]) => {
  const floor = new Map(floors.flatMap((rooms, index) => rooms.map((room) => [room, index])));
  const names = readdirSync(house, { recursive: true }).filter((name) => name.endsWith(".rs"));
  files += names.length;
  return names.flatMap((name) => {
    const room = name.split(/[/\\]|\.rs$/)[0];
    if (!floor.has(room)) return [`${house}/${name}: no floor has the room ${room}`];
    const wrong = [...used(readFileSync(join(house, name), "utf8"))].filter(
      (other) => other !== room && floor.has(other) && floor.get(other) <= floor.get(room) && !doors.includes(`${room} ${other}`),
    );
    return wrong.map((other) => `${house}/${name}: ${room} uses ${other}, which is not below it`);
  });
});

for (const problem of problems) console.error(`check-rooms: ${problem}`);
if (problems.length > 0) {
  console.error("check-rooms: move what both need to a lower floor, or hand it in as an argument");
  process.exit(1);
}
console.log(`check-rooms: ${files} files in ${Object.keys(houses).length} houses`);

/** The rooms that a file names, comments and texts aside. */
function used(source) {
  const code = source.replace(/\/\/.*|"(?:[^"\\]|\\.)*"/g, "");
  const single = Array.from(code.matchAll(/\bcrate::([a-z_]+)/g), ([, room]) => room);
  const groups = Array.from(code.matchAll(/\bcrate::(\{[^;]*\});/g), ([, group]) => outermost(group)).flat();
  return new Set([...single, ...groups]);
}

/** `{a::b, c::{d, e}}` names `a` and `c`. */
function outermost(group) {
  let flat = group.slice(1, -1);
  while (/\{[^{}]*\}/.test(flat)) flat = flat.replace(/\{[^{}]*\}/g, "");
  return Array.from(flat.matchAll(/(?:^|,)\s*([a-z_]+)/g), ([, room]) => room);
}
