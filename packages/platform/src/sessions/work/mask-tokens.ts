import { platformCredential } from "@platform-mcp/client/contract";

/**
 * Hides the platform's tokens, and passwords that were made up, by their form: an agent may print one that it has made
 * itself, or been given by a platform that is gone. Only where it is not divided between two pieces; the agent's own is
 * looked for by its value, too.
 */
export function maskTokens(bytes: Buffer): Buffer {
  if (!bytes.includes("plat_")) return bytes;
  return Buffer.from(bytes.toString("latin1").replace(platformCredential, "***"), "latin1");
}
