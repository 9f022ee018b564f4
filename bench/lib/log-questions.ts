import type { Pool } from "undici";
import { days, midnight, words } from "./fill-logs.ts";
import type { Logged } from "./logged.ts";

/** What is asked for, of the project that is searched. */
export interface LogQuestion {
  readonly name: string;
  /** RFC 3339. */
  readonly from: string;
  readonly to: string;
  readonly text?: string;
  readonly limit: number;
  /** Logs that are on the pages before. */
  readonly skipped: number;
  /** Where this page begins, as the page before has said. */
  readonly before?: string;
  /** Logs that there are on the page. */
  readonly expected: number;
}

const pageSize = 10;
const pages = 500;
const biggestPage = 100;

/** The questions of the benchmark, to be asked of this platform. */
export async function logQuestions(pool: Pool, logged: Logged): Promise<readonly LogQuestion[]> {
  const now = new Date().toISOString();
  const today = { from: midnight(0).toISOString(), to: now };
  const another = { from: midnight(2).toISOString(), to: new Date(midnight(1).getTime() - 1).toISOString() };
  const plain = { limit: 50, skipped: 0, expected: 50 };
  const rare = { ...plain, text: words.rare, expected: words.rareADay };
  const common = { ...plain, text: words.common };
  const week = { name: "first page", from: midnight(days - 1).toISOString(), to: now };
  const first = { ...week, limit: pageSize, skipped: 0, expected: pageSize };
  const skipped = (pages - 1) * pageSize;
  return [
    { ...plain, name: "newest", from: new Date(Date.parse(now) - 3_600_000).toISOString(), to: now },
    { ...rare, ...today, name: "rare today" },
    { ...rare, ...another, name: "rare on another day" },
    { ...common, ...today, name: "common today" },
    { ...common, ...another, name: "common on another day" },
    first,
    { ...first, name: `page ${pages}`, skipped, before: await placeAfter(pool, logged, { ...first, limit: skipped }) },
  ];
}

/** What the page says of the next one that ends after so many logs as the question asks for. */
async function placeAfter(pool: Pool, logged: Logged, question: LogQuestion): Promise<string> {
  let before: string | undefined;
  for (let left = question.limit; left > 0; left -= biggestPage) {
    const limit = Math.min(left, biggestPage);
    before = (await askLogs(pool, logged, { ...question, limit, ...(before !== undefined && { before }) })).next;
  }
  if (before === undefined) throw new Error("there are not so many pages");
  return before;
}

/** A page of logs from the platform. */
export async function askLogs(pool: Pool, { project, token }: Logged, question: LogQuestion) {
  const { from, to, limit, text, before } = question;
  const query = new URLSearchParams({ project_id: project, from, to, limit: String(limit) });
  if (text !== undefined) query.set("q", text);
  if (before !== undefined) query.set("before", before);
  const { statusCode, body } = await pool.request({
    path: `/api/observe/logs?${query}`,
    method: "GET",
    headers: { authorization: `Bearer ${token}` },
  });
  const page: { items: readonly unknown[]; next?: string } = JSON.parse(await body.text());
  if (statusCode !== 200) throw new Error(`GET /api/observe/logs: ${statusCode} ${JSON.stringify(page)}`);
  return page;
}
