// The floors of src/, of a crate with rooms and of a module with rooms: a room may use what is below it, and nothing above
// or beside it. AGENTS.md says what lives in each.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * Of each house the floors, from the roof to the ground, and its doors; rooms of one floor know nothing of each other. `root` is
 * the path of a house that is a module; there an item is named by its room, since a re-export would not say where it is from.
 */
const houses = {
  src: {
    floors: [
      ["lib"], ["router"], ["account", "chat", "mcp"], ["sign_in"], ["site"], ["app"], ["stores"], ["objects"], ["memory", "upstream"], ["config"], ["runtime"],
    ],
    // The chat is a client of this server: its requests go in where everybody's do.
    doors: ["chat router"],
  },
  "crates/sentry-tools/src": {
    floors: [["lib"], ["reference", "schemas"], ["protocol"], ["catalogue"], ["tools"], ["vocabulary"], ["text"]],
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

/** What a file names of the house at `path`, comments and texts aside: rooms, and items that stand at its root. */
function used(source, path) {
  const code = source.replace(/\/\/.*|"(?:[^"\\]|\\.)*"/g, "");
  const single = Array.from(code.matchAll(new RegExp(`(?<!:)\\b${path}::([A-Za-z_]+)`, "g")), ([, room]) => room);
  const groups = Array.from(code.matchAll(new RegExp(`(?<!:)\\b${path}::(\\{[^;]*\\});`, "g")), ([, group]) => outermost(group)).flat();
  return new Set([...single, ...groups]);
}

/** `{a::b, c::{d, e}}` names `a` and `c`. */
function outermost(group) {
  let flat = group.slice(1, -1);
  while (/\{[^{}]*\}/.test(flat)) flat = flat.replace(/\{[^{}]*\}/g, "");
  return Array.from(flat.matchAll(/(?:^|,)\s*([A-Za-z_]+)/g), ([, room]) => room);
}
