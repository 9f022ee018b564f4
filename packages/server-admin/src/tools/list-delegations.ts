import { delegations } from "@platform-mcp/client";
import {
  type Api,
  definePlatformTool,
  filteredHere,
  filteredPage,
  limit,
  list,
  note,
  offset,
} from "@platform-mcp/server-kit";
import * as z from "zod";
import { user } from "../arguments.ts";
import { type Delegation, delegationOutput, delegationRow, delegationStates, stateOf } from "../delegation.ts";
import { findsUsers, userIdOf } from "../find/find-user.ts";

/** What `user` says where it is about nobody in particular. */
const everybody = "all";

export const listDelegations = definePlatformTool({
  name: "list_delegations",
  title: "List delegations",
  description: "List permissions that users have lent and borrowed, newest first.",
  risk: "read",
  input: {
    user: user.default(everybody).describe("Name, e-mail, id, me or all"),
    state: z.enum(delegationStates).optional(),
    limit,
    offset,
  },
  output: { delegations: z.array(z.object(delegationOutput)) },
  lists: ["delegation"],
  uses: [...findsUsers, delegations.listDelegations],
  async run({ api }, { user, state, ...page }) {
    const whose = user === everybody ? { all: true } : { user_id: await userIdOf(api, user) };
    const { items, total, lookedThrough } = await filteredPage({
      get: (part) => pageOf(api, { ...whose, state, ...part }),
      matches: (delegation) => state === undefined || stateOf(delegation) === state,
      page,
    });
    const rows = list({
      of: "delegations",
      items: items.map(delegationRow),
      offset: page.offset,
      hasMore: total > page.offset + items.length,
      next: (next) => `list_delegations with the same arguments and offset=${next}`,
      empty: "create_delegation makes one.",
    });
    const caveats = [
      ...(lookedThrough === undefined ? [] : [filteredHere(lookedThrough)]),
      // A platform that does not say how they are does not know of everybody's either.
      ...(user === everybody && items.some((item) => item.state === undefined) ? [onlyOwn] : []),
    ];
    return [rows, ...(caveats.length === 0 ? [] : [note(caveats.join(" "))])];
  },
});

const onlyOwn = "This platform lists those of one user at a time: these are the ones of this session's own.";

/** The largest page that platforms give. */
const largest = 100;

/** A page, with a total that tells whether there are more: the list itself has none. */
async function pageOf(
  api: Api,
  query: { user_id?: string; all?: boolean; state: Delegation["state"]; limit: number; offset: number },
): Promise<{ items: readonly Delegation[]; total: number }> {
  const { limit, offset } = query;
  const answer = await api.call(delegations.listDelegations, { ...query, limit: Math.min(limit + 1, largest) });
  const more = answer.length > limit || answer.length === largest;
  return { items: answer.slice(0, limit), total: offset + Math.min(answer.length, limit) + (more ? 1 : 0) };
}
