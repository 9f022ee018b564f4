import type { issues } from "@platform-mcp/client";
import { type BarePage, type Entry, entries, note, type Page, type Part, time } from "@platform-mcp/server-kit";
import * as z from "zod";
import { shown } from "./people.ts";

/** Comments in structured output. */
export const commentsOutput = z.array(z.object({ author: z.string(), at: z.string(), body: z.string() }));

/** Platforms leave fields out. */
export function commentEntry({ author_name, author_id, created_at, body }: Partial<issues.Comment>): Entry {
  return { fields: { author: shown(author_name, author_id), at: time(created_at) }, body: body ?? "" };
}

interface EntryPage {
  /** What they are, in the plural. */
  readonly of: string;
  readonly page: BarePage<Entry>;
  readonly offset: number;
  /** The line of the first one that is shown first. */
  readonly firstLine: number;
  /** The call that lists them, such as `list_issue_comments with number=4`. */
  readonly call: string;
}

/** A page of texts, oldest first. */
export function entryPage({ of, page: { items, hasMore }, offset, firstLine, call }: EntryPage): Part {
  if (items.length === 0) {
    return note(offset === 0 ? `no ${of}.` : `no ${of} at offset ${offset}: the list ends before it.`);
  }
  return entries({
    key: of,
    items,
    firstLine,
    header: (shown) => `${of} ${offset + 1}-${offset + shown}:`,
    cut: (index, line) =>
      `Number ${offset + index + 1} goes on: ${call}, offset=${offset + index} and from_line=${line}.`,
    rest: (shown) =>
      hasMore || shown < items.length ? `There are more: ${call} and offset=${offset + shown}.` : undefined,
  });
}

/** How many comments an issue or merge request is shown with. */
const last = 5;

interface LastComments {
  /** Asks for comments, the newest first. */
  readonly get: (page: Page & { readonly order: "desc" }) => Promise<readonly issues.Comment[]>;
  /** How many there are, if the platform says it. */
  readonly count: number | undefined;
  /** The call that lists them all. */
  readonly call: string;
}

/** The last comments, the newest first; nothing where there are none. */
export async function lastComments({ get, count, call }: LastComments): Promise<readonly Part[]> {
  if (count === 0) return [];
  const answer = await get({ limit: last + 1, offset: 0, order: "desc" });
  // Platforms that know no order give all of them, the oldest first.
  const newest = isAscending(answer) ? answer.toReversed() : answer;
  const total = count ?? (answer.length === last + 1 ? undefined : answer.length);
  if (newest.length === 0) return [];
  const items = newest.slice(0, last).map(commentEntry);
  return [
    entries({
      key: "last_comments",
      items,
      each: 0.5,
      header: (shown) => `last ${shown}${total === undefined ? "" : ` of ${total}`} comments, newest first:`,
      cut: (index, line) =>
        total === undefined
          ? `One of them is cut: ${call} shows all of it.`
          : `Number ${total - index} goes on: ${call}, offset=${total - index - 1} and from_line=${line}.`,
      rest: (shown) => (shown < newest.length ? `All comments, oldest first: ${call}.` : undefined),
    }),
  ];
}

function isAscending(comments: readonly issues.Comment[]): boolean {
  const [first, latest] = [comments.at(0), comments.at(-1)];
  if (comments.length > last + 1) return true;
  return Date.parse(first?.created_at ?? "") < Date.parse(latest?.created_at ?? "");
}
