import type { deployments } from "@platform-mcp/client";
import type { History } from "../history.ts";

/**
 * The image that a rollback goes back to, as far as its history tells: the last success with another image that was not
 * rolled back over. Undefined where it does not tell.
 */
export function rollbackTarget(
  { image_ref, generation }: deployments.Deployment,
  { items }: Pick<History, "items">,
): string | undefined {
  const successes = items.filter(({ status, action }) => status === "success" && action !== "stop");
  // The first platform counts successes of deploying alone, and takes the second one, whatever its image.
  if (generation === undefined) return successes.filter(({ action }) => action === "deploy")[1]?.image_ref;
  const stack: string[] = [];
  for (const { action, image_ref: image } of successes.toReversed()) {
    const before = action === "rollback" ? stack.lastIndexOf(image) : stack.length;
    stack.splice(Math.max(before, 0));
    stack.push(image);
  }
  return stack.findLast((image) => image !== image_ref);
}
