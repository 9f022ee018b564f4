import { createReadStream } from "node:fs";
import { outputAt } from "../output-at.ts";
import type { StepOutput } from "../runtime.ts";
import { createTar } from "./tar.ts";
import { namesIn } from "./tree-path.ts";

/** What a step that has ended left at a path of its work tree, and since `begun` (`outputAt`). */
export async function findOutput(tree: string, path: string, begun: bigint): Promise<StepOutput | undefined> {
  const names = namesIn(path);
  if (names === undefined || names.length === 0) return undefined;
  const found = await outputAt(tree, names, begun);
  if (found === undefined) return undefined;
  const open = () => (found.kind === "file" ? createReadStream(found.path) : createTar(found.path));
  return { path, kind: found.kind, open };
}
