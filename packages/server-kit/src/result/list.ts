import { listData } from "./list-data.ts";
import type { ListOptions } from "./list-options.ts";
import { listText } from "./list-text.ts";
import type { Part } from "./part.ts";
import type { Fields } from "./value.ts";

/** A list: a header with the count and the names of the columns, one line a row, and the call that gets the next page. */
export function list<Item extends Fields>(options: ListOptions<Item>): Part {
  return {
    render({ mode, budget, nonce }) {
      const share = budget.share(options.share ?? 1);
      return mode === "structured" ? listData(options, share) : listText(options, share, nonce);
    },
  };
}
