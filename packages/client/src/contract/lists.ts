import * as z from "zod";
import { queryInteger } from "./values.ts";

/** The largest page a list gives; a larger `limit` is clamped to it. */
export const maxPageSize = 100;

/** `limit` and `offset` of a paged list. Negative or non-numeric values are refused, a limit above the maximum is clamped. */
export const page = z.object({
  limit: queryInteger(0, Number.MAX_SAFE_INTEGER)
    .default(50)
    .transform((limit) => Math.min(limit, maxPageSize)),
  offset: queryInteger(0, Number.MAX_SAFE_INTEGER).default(0),
});

/** The envelope of a paged list; `total` ignores `limit` and `offset`. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), total: z.int().min(0) });
}
