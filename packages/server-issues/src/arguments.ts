import * as z from "zod";

/** Arguments that several tools share; lengths are those that the platform takes. */
export const number = z.int().min(1);
export const title = z.string().min(1).max(500);
export const body = z.string().max(100_000);
export const commentBody = z.string().min(1).max(100_000);
export const labels = z.array(z.string().min(1).max(100)).max(50);
export const branch = z.string().min(1).max(255);
export const search = z.string().min(1).max(255).optional();
/** A user: by name, by id, or the one whose token this session has. */
export const person = z.string().min(1).max(255).optional();
/** From which line a long text is shown. */
export const fromLine = z.int().min(1).optional();
