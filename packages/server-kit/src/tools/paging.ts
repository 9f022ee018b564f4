import * as z from "zod";

/** Which part of a list a tool gives, for all tools alike. */
export const limit = z.int().min(1).max(50).default(30);
export const offset = z.int().min(0).default(0);
