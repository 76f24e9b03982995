// make soak: mixed traffic for a while, with kills and trouble under way. See docs/SCALE.md.
import { seedFrom } from "./lib/chance.ts";
import { report } from "./soak/report.ts";
import { soak } from "./soak/run.ts";

const seconds = Number(process.env.SECONDS ?? 600);
if (!Number.isFinite(seconds) || seconds < 30) throw new Error(`SECONDS is at least 30, not '${process.env.SECONDS}'`);
const seed = seedFrom(process.env.SEED);
console.log(`soak: ${seconds} s, SEED=${seed} (which chooses what is done; when workerd is hit, the clock decides)`);
const { text, failed } = report(await soak({ seconds, seed, say: (line) => console.log(`soak: ${line}`) }));
console.log(`\n${text}\nsoak: ${failed === 0 ? "nothing was found" : `${failed} findings`}`);
process.exitCode = failed === 0 ? 0 : 1;
