import { invalid } from "../problem.ts";
import { hasImagePrefix } from "./image-prefix.ts";
import type { Settings } from "./schema.ts";

/**
 * Refuses an image for agents that the platform does not allow; its own default always is.
 * @throws Problem 400 for the value of the request at `path`, with how allowed ones begin
 */
export function requireAllowedImage(
  { agent_image, agent_image_prefixes }: Settings,
  image: string,
  path: string,
): void {
  if (agent_image_prefixes.length === 0 || image === agent_image) return;
  if (agent_image_prefixes.some((prefix) => hasImagePrefix(image, prefix))) return;
  const allowed = agent_image_prefixes.join(", ");
  throw invalid(path, `the image ${image} is not allowed for agents: it must begin with ${allowed}`);
}
