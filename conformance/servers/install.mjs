// Installs the servers from their lock files. Those of Python are in the lock files of the clients: the packages are both.
import { join } from "node:path";
import { install as clients, release as of, step } from "../clients/install.mjs";

const typescript = join(import.meta.dirname, "typescript");

/** What the servers need and is not there. */
export function install() {
  clients([{ python: "mcp1" }]);
  step("TypeScript servers", "typescript-servers.lock", [join(typescript, "package-lock.json")], () => [
    ["npm", ["ci", "--no-audit", "--no-fund"], typescript],
  ]);
}

/** The release of a server that its lock file names. */
export function release({ package: name }) {
  const python = ["fastmcp", "mcp"].includes(name) ? "mcp1" : undefined;
  return of({ package: name, python }, typescript);
}
