/** What may follow a prefix: more of the path, then a tag, then a digest, as the grammar of image references has them. */
const rest = /^(\/[a-z\d]+([._-]+[a-z\d]+)*)*(:\w[\w.-]{0,127})?(@[a-z\d]+([-_+.][a-z\d]+)*:[a-f\d]{32,})?$/i;

/**
 * Whether an image's name begins with a prefix, as a whole part of it: `registry.example/team` begins
 * `registry.example/team/app:1`, but neither `registry.example/teamwork/app` nor `registry.example/team/../other`.
 */
export function hasImagePrefix(image: string, prefix: string): boolean {
  const whole = prefix.replace(/\/+$/, "");
  if (!image.startsWith(whole)) return false;
  const following = image.slice(whole.length);
  return rest.test(following) && (whole === prefix || following.startsWith("/"));
}
