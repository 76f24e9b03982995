import { startDemoSentry } from "/work/wt-client/tests/support/demo-sentry.ts";
import { startWorker } from "/work/wt-client/tests/support/worker.ts";
const sentry = await startDemoSentry();
const worker = await startWorker({ sentry: sentry.url });
console.log(JSON.stringify({ sentry: sentry.url, worker: worker.origin }));
process.on("SIGTERM", async () => { await worker.stop(); await sentry.stop(); process.exit(0); });
setTimeout(async () => { await worker.stop(); await sentry.stop(); process.exit(0); }, 1500_000);
