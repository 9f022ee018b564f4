import * as z from "zod";

/** Arguments that several tools share, described once. */
export const limit = z.int().min(1).max(50).default(30);
export const offset = z.int().min(0).default(0);
export const ref = z.string().optional().describe("Branch, tag or commit; default branch if omitted");
