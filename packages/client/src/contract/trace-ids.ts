import { createHash } from "node:crypto";

/** The trace of a session or pipeline, by its id: everybody who knows one knows the other. */
export function traceIdOf(id: string): string {
  return id.replaceAll("-", "").toLowerCase();
}

/** The span of a session or pipeline, by its id; its children refer to it long before it is written. */
export function spanIdOf(id: string): string {
  return createHash("sha256").update(id.toLowerCase()).digest("hex").slice(0, 16);
}
