import { mergeRequests, type ResponseOf } from "@platform-mcp/client";
import { type Api, bareArrayPage, type Entry, entries, type Page, type Part, time } from "@platform-mcp/server-kit";
import * as z from "zod";
import { shown } from "./people.ts";

type Review = ResponseOf<typeof mergeRequests.listReviews>[number];
type Address = { readonly project_id: string; readonly number: number };

/** Reviews in structured output. */
export const reviewsOutput = z.array(
  z.object({
    reviewer: z.string(),
    verdict: z.string(),
    of: z.string().nullable(),
    outdated: z.string().nullable(),
    at: z.string(),
    body: z.string(),
  }),
);

/** Characters that tell one commit from the others. */
const shortSha = 10;

/** Platforms leave fields out. */
export function reviewEntry(review: Partial<Review>): Entry {
  return {
    fields: {
      reviewer: shown(review.reviewer_name, review.reviewer_id),
      verdict: review.verdict,
      of: review.commit_sha?.slice(0, shortSha),
      outdated: review.outdated === true ? "outdated" : undefined,
      at: time(review.created_at),
    },
    body: review.body ?? "",
  };
}

/** A page of the reviews of a merge request, oldest first. */
export async function reviewPage(api: Api, address: Address, page: Page) {
  return await bareArrayPage((part) => api.call(mergeRequests.listReviews, { ...address, ...part }), page);
}

/** How many reviews a merge request is shown with, and how many are looked through for them. */
const last = 10;
const most = 1000;
const pageSize = 99;

/** The last reviews, the newest first; nothing where there are none. */
export async function lastReviews(api: Api, address: Address): Promise<readonly Part[]> {
  const reviews: Review[] = [];
  for (let hasMore = true; hasMore && reviews.length < most; ) {
    const page = await reviewPage(api, address, { limit: pageSize, offset: reviews.length });
    reviews.push(...page.items);
    hasMore = page.hasMore;
  }
  if (reviews.length === 0) return [];
  const total = reviews.length;
  const all = `list_merge_request_comments with number=${address.number}, reviews=true`;
  return [
    entries({
      key: "last_reviews",
      items: reviews.slice(-last).toReversed().map(reviewEntry),
      each: 0.5,
      header: (shown) => `last ${shown} of ${total} reviews, newest first:`,
      cut: (index, line) =>
        `Review ${total - index} goes on: ${all}, offset=${total - index - 1} and from_line=${line}.`,
      rest: (shown) => (shown < total ? `All reviews, oldest first: ${all}.` : undefined),
    }),
  ];
}
