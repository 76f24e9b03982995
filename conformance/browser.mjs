// A browser for tests, as $BROWSER: opens a link and follows it wherever it leads, without a person.
const answer = await fetch(process.argv.at(-1), { redirect: "follow" });
await answer.arrayBuffer();
process.exit(answer.ok ? 0 : 1);
