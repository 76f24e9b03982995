// Takes from Sentry's published API description what the tools' tests hold requests and answers against, and writes it in
// the notation below to crates/sentry-tools/tests/published/endpoints.json.
//
//   node scripts/published.mjs DESCRIPTION
//
// DESCRIPTION is either Sentry's OpenAPI document or facts taken from it: path → method → `parameters`, `body`, `answer`.
//
// A line of the table is one endpoint: `query` (parameters), `body` (members of a JSON body) and `answer` (of a success).
// A shape is
//
//   "string", "integer", "number", "boolean", "date-time", "any"    a value of that type
//   {"name": SHAPE, "name?": SHAPE, "*": SHAPE}                     an object: required and optional members, and any other
//   ["list", SHAPE]   ["null", SHAPE]   ["one of", VALUE…]   ["either", SHAPE…]
//   ["limits", SHAPE, {"min", "max", "pattern"}]                    of a number its value, of a text its length
//   ["same", NAME]                                                  a shape of `shapes`, which several endpoints have
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ENDPOINTS } from "./published/endpoints.mjs";

const ROOT = "/api/0";
const TABLE = "crates/sentry-tools/tests/published/endpoints.json";
/** An object is written once if its text is longer than this and stands in the table more than once. */
const LONG = 300;

const [path] = process.argv.slice(2);
if (!path) {
  console.error("usage: node scripts/published.mjs DESCRIPTION");
  process.exit(2);
}
const description = JSON.parse(readFileSync(path, "utf8"));
const paths = description.paths ?? description;
const lines = Object.entries(ENDPOINTS).flatMap(([path, methods]) => methods.split(" ").map((method) => endpoint(path, method)));
const { shapes, endpoints } = sharing(lines.sort(([a], [b]) => (a < b ? -1 : 1)));
const text = (entries) => entries.map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`).join(",\n");
const table = `{"shapes": {\n${text(shapes)}\n}, "endpoints": {\n${text(endpoints)}\n}}\n`;
writeFileSync(join(dirname(import.meta.dirname), TABLE), table);
console.log(`${endpoints.length} endpoints, ${shapes.length} shared shapes, ${Math.round(table.length / 1024)} KiB: ${TABLE}`);

function endpoint(path, method) {
  const operation = paths[ROOT + path]?.[method];
  if (!operation) throw new Error(`${method} ${path} is not in the description`);
  const query = (operation.parameters ?? []).filter((parameter) => parameter.in === "query");
  const found = {};
  if (query.length > 0) {
    found.query = Object.fromEntries(query.map((parameter) => [member(parameter.name, parameter.required), shape(parameter.schema ?? parameter)]));
  }
  const body = json(operation.body ?? operation.requestBody);
  if (body) found.body = shape(body);
  const answer = json(operation.answer ?? success(operation.responses));
  // What a deletion answers with says nothing.
  if (answer && Object.keys(answer).some((key) => key !== "status")) found.answer = shape(answer);
  return [`${method.toUpperCase()} ${path}`, found];
}

function success(responses = {}) {
  const status = Object.keys(responses).find((status) => status.startsWith("2"));
  return status && responses[status];
}

/** The schema of a body, whichever of the two forms the description has. */
function json(body) {
  if (!body?.content || typeof body.content === "string") return body?.content && !/json/.test(body.content) ? undefined : body;
  return resolved(body.content["application/json"]?.schema);
}

function resolved(schema) {
  if (!schema?.$ref) return schema;
  return resolved(schema.$ref.slice(2).split("/").reduce((at, step) => at[step], description));
}

function member(name, isRequired) {
  return isRequired ? name : `${name}?`;
}

function shape(unresolved) {
  const schema = resolved(unresolved) ?? {};
  const found = limited(schema, plain(schema));
  return schema.nullable ? ["null", found] : found;
}

function plain(schema) {
  const choice = schema.anyOf ?? schema.oneOf;
  if (choice) return ["either", ...choice.map(shape)];
  if (schema.enum) return ["one of", ...schema.enum.filter((value) => value !== null)];
  switch (schema.type) {
    case "object":
      return object(schema);
    case "array":
      return ["list", shape(schema.items)];
    case "string":
      return schema.format === "date-time" ? "date-time" : "string";
    case "integer":
    case "number":
    case "boolean":
      return schema.type;
    default:
      return "any";
  }
}

function object({ properties = {}, required = [], additionalProperties }) {
  const members = Object.entries(properties).map(([name, schema]) => [member(name, required.includes(name)), shape(schema)]);
  const others = additionalProperties || (members.length === 0 && additionalProperties !== false);
  if (others) members.push(["*", shape(additionalProperties === true || !additionalProperties ? {} : additionalProperties)]);
  return Object.fromEntries(members);
}

function limited(schema, found) {
  const { minimum, maximum, minLength, maxLength, pattern } = schema;
  const limits = Object.fromEntries(
    [["min", minimum ?? minLength], ["max", maximum ?? maxLength], ["pattern", pattern]].filter(([, limit]) => limit !== undefined),
  );
  return Object.keys(limits).length > 0 ? ["limits", found, limits] : found;
}

/** Writes long objects that stand in several places once, the longest first. */
function sharing(lines) {
  const counts = new Map();
  const visit = (value, found) => {
    if (value === null || typeof value !== "object") return;
    found(value);
    for (const inner of Object.values(value)) visit(inner, found);
  };
  for (const [, { body, answer }] of lines) {
    visit([body, answer], (value) => {
      const text = Array.isArray(value) ? "" : JSON.stringify(value);
      if (text.length > LONG) counts.set(text, (counts.get(text) ?? 0) + 1);
    });
  }
  const shared = [...counts].filter(([, count]) => count > 1).sort(([a], [b]) => b.length - a.length || (a < b ? -1 : 1));
  const names = new Map(shared.map(([text], index) => [text, `shape ${index + 1}`]));
  const written = (value, itself) => {
    if (value === null || typeof value !== "object") return value;
    if (Array.isArray(value)) return value.map((inner) => written(inner));
    const name = itself ? undefined : names.get(JSON.stringify(value));
    if (name) return ["same", name];
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, written(inner)]));
  };
  const shapes = shared.map(([text], index) => [`shape ${index + 1}`, written(JSON.parse(text), true)]);
  const endpoints = lines.map(([name, { query, body, answer }]) => [name, { query, body: written(body), answer: written(answer) }]);
  return { shapes, endpoints };
}
