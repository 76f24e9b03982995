// make chaos: workerd is killed in every step of a sign-in, of a refresh and of what a person changes. See docs/SCALE.md.
import { chaos } from "./chaos/run.ts";
import { table } from "./chaos/table.ts";
import { seedFrom } from "./lib/chance.ts";

const kills = Number(process.env.KILLS ?? 100);
if (!Number.isInteger(kills) || kills < 1) throw new Error(`KILLS is a whole number, not '${process.env.KILLS}'`);
const seed = seedFrom(process.env.SEED);
console.log(`chaos: ${kills} kills in every step, SEED=${seed}`);
const started = Date.now();
const result = await chaos({ kills, seed, say: (line) => console.log(`chaos: ${line}`) });
const { text, failed } = table(result);
console.log(`\n${text}\nchaos: ${result.rounds} kills in ${((Date.now() - started) / 1000).toFixed(0)} s, ${failed === 0 ? "nothing was broken" : `${failed} broken promises`}`);
process.exitCode = failed === 0 ? 0 : 1;
