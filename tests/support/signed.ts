// Signed values that are older than they look: the payload with its times moved into the past, signed again with the key
// that `startWorker` gave out. For pages that only a late return shows.
import { createHmac, hkdfSync } from "node:crypto";
import { COOKIE_SECRET } from "./worker.ts";

export function grownOld(signed: string, purpose: "form" | "upstream-state", seconds = 7200): string {
  const payload = JSON.parse(Buffer.from(signed.split(".")[0]!, "base64url").toString()) as Record<string, unknown>;
  if (typeof payload.e !== "number") throw new Error("nothing in it says when it ends");
  const older = Buffer.from(JSON.stringify({ ...payload, e: payload.e - seconds })).toString("base64url");
  const key = Buffer.from(hkdfSync("sha256", COOKIE_SECRET, "", `smcp/1/${purpose}`, 32));
  return `${older}.${createHmac("sha256", key).update(older).digest("base64url")}`;
}
