import { type Alias, isAlias, isMap, isNode, isSeq, type Node } from "yaml";
import { quoted } from "./quoted.ts";
import type { YamlPlace } from "./yaml-place.ts";

/**
 * What each alias in a document stands for: the last node before it with that anchor, whose name may be given again.
 *
 * @throws YamlError for an alias of nothing
 */
export function aliasTargets(root: unknown, place: YamlPlace): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  const collect = (node: unknown, depth: number): void => {
    if (!isNode(node)) return;
    place.checkDepth(node, depth);
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target === undefined) throw place.problem(node, `no anchor ${quoted(node.source)} stands before this`);
      targets.set(node, target);
      return;
    }
    if (node.anchor !== undefined) anchors.set(node.anchor, node);
    if (isSeq(node)) for (const item of node.items) collect(item, depth + 1);
    if (isMap(node)) for (const { key, value } of node.items) for (const part of [key, value]) collect(part, depth + 1);
  };
  collect(root, 0);
  return targets;
}
