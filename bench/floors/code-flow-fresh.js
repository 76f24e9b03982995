// code-flow.js with a new object for each flow, since a grant is one: what such a design cannot be faster than.
import flow from "./code-flow.js";
export { Row } from "./object.js";

export default {
  fetch: (request, env) => flow.fetch(request, { ...env, fresh: true }),
};
