import { git } from "@platform-mcp/client";
import { defineTool, list, named, offset, UserText, user } from "@platform-mcp/server-kit";
import * as z from "zod";
import { path, ref } from "../arguments.ts";

export const searchCode = defineTool({
  name: "search_code",
  title: "Search code",
  description:
    "Find lines in the repository's text files at a ref, grouped by file with line numbers. A fixed string unless `regex`.",
  risk: "read",
  input: {
    query: z.string().min(1).max(1000),
    ref,
    path: path.optional().describe("Only below it"),
    regex: z.boolean().default(false).describe("POSIX extended"),
    ignore_case: z.boolean().default(false),
    limit: z.int().min(1).max(100).default(50),
    offset,
  },
  output: {
    matches: z.array(z.object({ path: z.string(), line_number: z.int(), line: z.string() })),
    total_matches: z.int(),
  },
  uses: [git.searchCode],
  async run({ api, project }, { query, offset, ...search }) {
    const found = await api.call(git.searchCode, { project_id: project, q: query, offset, ...search });
    return list({
      of: "matches",
      items: found.items.map((match) => ({
        path: named(match.path),
        line_number: match.line_number,
        line: user(match.line),
      })),
      grouped: {
        by: ({ path }) => path.text,
        line: ({ line_number, line }) => `${line_number}: ${line instanceof UserText ? line.text : line}`,
      },
      offset,
      total: found.total,
      totalIsMinimum: found.total_is_minimum,
      next: (next) =>
        next < found.total ? `search_code with offset=${next}, or a narrower path` : "search_code with a narrower path",
      empty: "Try ignore_case, a shorter query, or another ref; binary files are not searched.",
    });
  },
});
