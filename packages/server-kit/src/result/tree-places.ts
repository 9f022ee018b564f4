import type { Fields } from "./value.ts";

/** A thing with what is below it. */
export interface TreeNode {
  /** It as a row of text: the platform's own words, with names and texts of users quoted. */
  readonly line: string;
  /** It as a row of structured output. */
  readonly fields: Fields;
  readonly children: readonly TreeNode[];
  /** What is shown first where there is no room for all: the smallest. */
  readonly rank: number;
  /** How many things it stands for; 1 by default. */
  readonly size?: number;
  /** How many more are below it that are not among its children. */
  readonly hidden?: number;
}

export interface TreePlace {
  readonly node: TreeNode;
  /** Index of the place above. */
  readonly parent: number | undefined;
  readonly depth: number;
}

/** The nodes in the order of the tree, parents before children. Not recursive: a tree may be as deep as it has nodes. */
export function flatten(roots: readonly TreeNode[]): readonly TreePlace[] {
  const places: TreePlace[] = [];
  const waiting: TreePlace[] = roots.map((node) => ({ node, parent: undefined, depth: 0 })).reverse();
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    const index = places.push(place) - 1;
    for (const node of place.node.children.toReversed()) waiting.push({ node, parent: index, depth: place.depth + 1 });
  }
  return places;
}
