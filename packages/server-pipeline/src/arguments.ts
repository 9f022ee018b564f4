import * as z from "zod";

/** Arguments that several tools share, described once. */
export const pipelineId = z.uuid();
export const step = z.string().min(1).max(255);
export const ref = z.string().min(1).max(255);
