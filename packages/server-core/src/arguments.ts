import * as z from "zod";

/** Arguments that several tools share, described once; lengths are those that the platform takes. */
export const path = z.string().max(4096);
export const revision = z.string().min(1).max(255);
export const ref = revision.optional().describe("Branch, tag or commit; default branch if omitted");
