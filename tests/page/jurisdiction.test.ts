// Where a deployment makes its objects (src/runtime/edge.js): workerd alone makes none in a jurisdiction, so the runtime's part is
// played here.
// file rule: tokens/objects-in-a-jurisdiction: with JURISDICTION every new object is made there, and one that was made before is
//    still found by its id [ADR 127]
import { expect, it } from "vitest";
import { askById, askByName, newObjectId } from "../../src/runtime/edge.js";

/** A namespace that says of each object how it was asked for. */
const namespace = (where = "anywhere") => ({
  jurisdiction: (name: string) => namespace(name),
  newUniqueId: () => `new ${where}`,
  idFromString: (id: string) => `${id} ${where}`,
  get: (id: string) => ({ fetch: async () => new Response(`by id ${id}`) }),
  getByName: (name: string) => ({ fetch: async () => new Response(`${name} ${where}`) }),
});
const env = (JURISDICTION?: string) => ({ GRANTS: namespace(), JURISDICTION });

it("makes objects where it is told to", async () => {
  expect(newObjectId(env("eu"), "GRANTS")).toBe("new eu");
  expect(await askByName(env("us"), "GRANTS", "ada", "")).toBe("ada us");
  expect(newObjectId(env(), "GRANTS")).toBe("new anywhere");
  expect(await askByName(env(), "GRANTS", "ada", "")).toBe("ada anywhere");
});

it("finds one by its id wherever it was made", async () => {
  expect(await askById(env("eu"), "GRANTS", "id", "")).toBe("by id id anywhere");
});
