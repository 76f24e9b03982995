// A module in front of the worker's for which time passes faster: what it waits for, and what its clock says.
export const faster = (times: number) => (script: string): Record<string, string> => ({
  "faster-entry.js": `import "./faster-hook.js"; export * from "./${script}"; export { default } from "./${script}";`,
  "faster-hook.js": `
const [now, later, abort] = [Date.now, globalThis.setTimeout, AbortSignal.timeout];
// There is no time before the first request.
let begun = 0;
Date.now = () => {
  const at = now();
  begun ||= at;
  return begun + (at - begun) * ${times};
};
globalThis.setTimeout = (act, milliseconds, ...given) => later(act, milliseconds / ${times}, ...given);
AbortSignal.timeout = (milliseconds) => abort.call(AbortSignal, milliseconds / ${times});
`,
});
