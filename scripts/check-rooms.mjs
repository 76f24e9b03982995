// Checks the floors of src/, of crates with rooms and of modules with rooms: a room may use what is below it, and nothing
// above or beside it. AGENTS.md says what belongs in each.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * The floors of each house from top to bottom, and its doors. Rooms on the same floor must not know each other. `root` is the
 * path of a house that is a module; there an item is named by its room, since a re-export would not say where it is from.
 */
const houses = {
  src: {
    floors: [
      ["lib"], ["router"], ["app"], ["account", "chat", "mcp"], ["sign_in"], ["site"], ["deployment"], ["stores"], ["objects"], ["memory", "upstream"], ["config"], ["runtime"],
    ],
    // The chat is a client of this server: its requests enter through the router like everybody's.
    doors: ["chat router"],
  },
  "crates/sentry-tools/src": {
    floors: [["lib"], ["reference", "schemas"], ["protocol"], ["catalogue"], ["tools"], ["plan"], ["vocabulary"], ["text"]],
    doors: [],
  },
  "crates/oauth-provider/src/client": {
    root: "crate::client",
    floors: [
      ["chores"], ["authentication", "registration"], ["resolve"], ["client_store", "problem"], ["registered"], ["document"],
      ["acquaintance"], ["record"], ["keys", "redirect_uri"], ["callback", "id", "json", "scheme", "text"],
    ],
    doors: [],
  },
};

let files = 0;
const problems = Object.entries(houses).flatMap(([house, { root = "crate", floors, doors }]) => {
  const floor = new Map(floors.flatMap((rooms, index) => rooms.map((room) => [room, index])));
  const names = readdirSync(house, { recursive: true }).filter((name) => name.endsWith(".rs"));
  files += names.length;
  return names.flatMap((name) => {
    const room = name.split(/[/\\]|\.rs$/)[0];
    if (!floor.has(room)) return [`${house}/${name}: no floor has the room ${room}`];
    // Beside a module's other files, `super` is the module.
    const roots = root !== "crate" && !/[/\\]/.test(name) ? [root, "super"] : [root];
    const others = roots.flatMap((path) => [...used(readFileSync(join(house, name), "utf8"), path)]);
    const wrong = others.filter(
      (other) => other !== room && floor.has(other) && floor.get(other) <= floor.get(room) && !doors.includes(`${room} ${other}`),
    );
    const unsaid = root === "crate" ? [] : others.filter((other) => /^[A-Z]/.test(other));
    return [
      ...wrong.map((other) => `${house}/${name}: ${room} uses ${other}, which is not below it`),
      ...unsaid.map((item) => `${house}/${name}: ${item} without the room that has it`),
    ];
  });
});

for (const problem of problems) console.error(`check-rooms: ${problem}`);
if (problems.length > 0) {
  console.error("check-rooms: move what both need to a lower floor, or hand it in as an argument");
  process.exit(1);
}
console.log(`check-rooms: ${files} files in ${Object.keys(houses).length} houses`);

/** The rooms, and items at the root, of the house at `path` that a file refers to, not counting comments and strings. */
function used(source, path) {
  const code = source.replace(/\/\/.*|"(?:[^"\\]|\\.)*"/g, "");
  const single = Array.from(code.matchAll(new RegExp(`(?<!:)\\b${path}::([A-Za-z_]+)`, "g")), ([, room]) => room);
  const groups = Array.from(code.matchAll(new RegExp(`(?<!:)\\b${path}::(\\{[^;]*\\});`, "g")), ([, group]) => outermost(group)).flat();
  return new Set([...single, ...groups]);
}

/** The rooms in a use list: `{a::b, c::{d, e}}` refers to `a` and `c`. */
function outermost(group) {
  let flat = group.slice(1, -1);
  while (/\{[^{}]*\}/.test(flat)) flat = flat.replace(/\{[^{}]*\}/g, "");
  return Array.from(flat.matchAll(/(?:^|,)\s*([A-Za-z_]+)/g), ([, room]) => room);
}
