import type { Below } from "./below.ts";
import type { SpanNode } from "./span-forest.ts";
import type { SpanGroup } from "./span-row.ts";

/** Siblings that are alike are folded when there are so many. */
const fewest = 3;

/**
 * Siblings in groups, by the start of their first: each by itself, or many that are alike together. Of those in which
 * something failed, or one of which took most of the time, that one stays by itself.
 */
export function fold(siblings: readonly SpanNode[], below: (node: SpanNode) => Below): readonly SpanGroup[] {
  const alike = Map.groupBy(siblings, ({ service, name, isError }) => JSON.stringify([service, name, isError]));
  return [...alike.values()]
    .flatMap((members) => split(members, below))
    .sort(([one], [other]) => one.start - other.start);
}

function split(members: readonly SpanNode[], below: (node: SpanNode) => Below): readonly SpanGroup[] {
  if (members.length < fewest) return members.map((member): SpanGroup => [member]);
  const shown = example(members, below);
  const [first, ...others] = members.filter((member) => member !== shown);
  const together: readonly SpanGroup[] = first === undefined ? [] : [[first, ...others]];
  return shown === undefined ? together : [[shown], ...together];
}

/** The one that is worth seeing by itself. */
function example(members: readonly SpanNode[], below: (node: SpanNode) => Below): SpanNode | undefined {
  const failed = members.find((member) => member.isError || below(member).hasError);
  if (failed !== undefined) return failed;
  const critical = members.reduce((sum, member) => sum + below(member).critical, 0);
  return critical === 0 ? undefined : members.find((member) => below(member).critical * 2 >= critical);
}
