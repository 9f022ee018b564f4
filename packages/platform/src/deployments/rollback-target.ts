/** Something that came to be healthy in an environment. */
export interface Success {
  readonly id: string;
  readonly action: string;
  readonly image_ref: string;
}

/**
 * The last success with another image than what is wanted now, leaving out those that somebody has rolled back from: so
 * that one rollback after the other goes back through the images in the order in which they were last deployed, and
 * ends. Undefined when there is none.
 * @param successes of the environment, the oldest first
 */
export function rollbackTarget<S extends Success>(
  successes: readonly S[],
  current: Pick<Success, "action" | "image_ref">,
): S | undefined {
  /** What could be gone back to, each image once, the newest last. */
  let images: readonly S[] = [];
  for (const success of successes) {
    const isBack = success.action === "rollback" && has(images, success.image_ref);
    images = isBack ? upTo(images, success.image_ref) : [...without(images, success.image_ref), success];
  }
  if (current.action === "rollback") images = upTo(images, current.image_ref);
  return without(images, current.image_ref).at(-1);
}

function has(images: readonly Success[], image: string): boolean {
  return images.some(({ image_ref }) => image_ref === image);
}

function without<S extends Success>(images: readonly S[], image: string): readonly S[] {
  return images.filter(({ image_ref }) => image_ref !== image);
}

/** Those that are as old as an image's or older; all, when it is not among them. */
function upTo<S extends Success>(images: readonly S[], image: string): readonly S[] {
  const index = images.findIndex(({ image_ref }) => image_ref === image);
  return index === -1 ? images : images.slice(0, index + 1);
}
