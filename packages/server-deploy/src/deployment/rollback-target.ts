import type { deployments } from "@platform-mcp/client";
import type { History } from "../history.ts";

/**
 * The image that a rollback goes back to, as far as its history tells: the last success with another image that was not
 * rolled back from. Undefined where it does not tell.
 */
export function rollbackTarget(
  { image_ref: now, generation }: deployments.Deployment,
  { items }: Pick<History, "items">,
): string | undefined {
  const successes = items.filter(({ status, action }) => status === "success" && action !== "stop").toReversed();
  // The first platform counts successes of deploying alone, and takes the second one, whatever its image.
  if (generation === undefined) return successes.filter(({ action }) => action === "deploy").at(-2)?.image_ref;
  /** What could be gone back to, each image once, the newest last. */
  let images: readonly string[] = [];
  for (const { action, image_ref: image } of successes) {
    const at = action === "rollback" ? images.indexOf(image) : -1;
    images = at >= 0 ? images.slice(0, at + 1) : [...images.filter((other) => other !== image), image];
  }
  // What is under way may be a rollback itself, from what this takes for the newest.
  if (images.slice(0, -1).includes(now)) return undefined;
  return images.findLast((image) => image !== now);
}
