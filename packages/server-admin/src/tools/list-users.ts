import { users } from "@platform-mcp/client";
import { definePlatformTool, filteredHere, filteredPage, limit, list, note, offset } from "@platform-mcp/server-kit";
import * as z from "zod";
import { userOutput, userRow } from "../user.ts";

export const listUsers = definePlatformTool({
  name: "list_users",
  title: "List users",
  description: "List users, newest first: humans, service accounts, and the agents that sessions had.",
  risk: "read",
  input: {
    search: z.string().min(1).max(255).optional().describe("Part of name or e-mail"),
    user_type: users.userType.optional(),
    is_active: z.boolean().optional(),
    limit,
    offset,
  },
  output: { users: z.array(z.object(userOutput)), total_users: z.int() },
  lists: ["user", "service account"],
  uses: [users.listUsers],
  async run({ api }, { limit, offset, ...filter }) {
    const { items, total, totalIsMinimum, lookedThrough } = await filteredPage({
      get: (part) => api.call(users.listUsers, { ...filter, ...part }),
      matches: (user) => matches(user, filter),
      page: { limit, offset },
    });
    const rows = list({
      of: "users",
      items: items.map(userRow),
      offset,
      total,
      ...(totalIsMinimum && { totalIsMinimum }),
      next: (next) => `list_users with the same arguments and offset=${next}`,
      empty: "Try a shorter part of the name, or fewer filters.",
    });
    return lookedThrough === undefined ? rows : [rows, note(filteredHere(lookedThrough))];
  },
});

interface Filter {
  readonly search?: string | undefined;
  readonly user_type?: users.User["user_type"] | undefined;
  readonly is_active?: boolean | undefined;
}

function matches(user: users.User, { search, user_type, is_active }: Filter): boolean {
  const part = search?.toLowerCase() ?? "";
  const texts = [user.name, user.display_name ?? "", user.email];
  return (
    (user_type === undefined || user.user_type === user_type) &&
    (is_active === undefined || user.is_active === is_active) &&
    texts.some((text) => text.toLowerCase().includes(part))
  );
}
