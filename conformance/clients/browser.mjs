// A browser with a person at it: opens an authorization URL, agrees, signs in at the local Sentry, and goes back to the
// client.
import { Person } from "../../tests/support/person.ts";

const callback = await new Person().authorize(new URL(process.argv.at(-1)));
const answer = await fetch(callback);
console.log(`${callback.origin}${callback.pathname}: ${answer.status}`);
process.exit(answer.ok ? 0 : 1);
