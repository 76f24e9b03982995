// Checks the floors of src/ and of crates with rooms: a room may use what is below it, and nothing above or beside it.
// AGENTS.md says what belongs in each.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** The floors of each house from top to bottom, and its doors. Rooms on the same floor must not know each other. */
const houses = {
  src: {
    floors: [
      ["lib"], ["router"], ["account", "chat", "mcp"], ["sign_in"], ["site"], ["app"], ["stores"], ["objects"], ["memory", "upstream"], ["config"], ["runtime"],
    ],
    // The chat is a client of this server: its requests enter through the router like everybody's.
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

/** The rooms that a file refers to, not counting comments and strings. */
function used(source) {
  const code = source.replace(/\/\/.*|"(?:[^"\\]|\\.)*"/g, "");
  const single = Array.from(code.matchAll(/\bcrate::([a-z_]+)/g), ([, room]) => room);
  const groups = Array.from(code.matchAll(/\bcrate::(\{[^;]*\});/g), ([, group]) => outermost(group)).flat();
  return new Set([...single, ...groups]);
}

/** The rooms in a use list: `{a::b, c::{d, e}}` refers to `a` and `c`. */
function outermost(group) {
  let flat = group.slice(1, -1);
  while (/\{[^{}]*\}/.test(flat)) flat = flat.replace(/\{[^{}]*\}/g, "");
  return Array.from(flat.matchAll(/(?:^|,)\s*([a-z_]+)/g), ([, room]) => room);
}
