import type { SpanNode } from "./span-forest.ts";

/** Characters that are enough where few spans begin alike. */
const least = 4;

/** Of each span as much of its id as tells it from all others: an id costs a model more than the rest of its row. */
export function shortIds(nodes: readonly SpanNode[]): (node: SpanNode) => string {
  const ids = nodes.map(({ id }) => id).sort();
  const lengths = new Map<string, number>();
  for (const [index, id] of ids.entries()) {
    const shared = Math.max(sharedStart(id, ids[index - 1]), sharedStart(id, ids[index + 1]));
    lengths.set(id, Math.max(least, lengths.get(id) ?? 0, shared + 1));
  }
  return ({ id }) => id.slice(0, lengths.get(id));
}

function sharedStart(one: string, other = ""): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  return length;
}
