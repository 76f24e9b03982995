// One row in one of 1,000 objects, each in its turn.
export { Row } from "./object.js";

let turn = 0;

export default {
  async fetch(_request, { OBJECTS }) {
    turn = (turn + 1) % 1000;
    const written = await OBJECTS.get(OBJECTS.idFromName(`${turn}`)).fetch("https://object/");
    return new Response(await written.text());
  },
};
