/**
 * Text for the `value` of a variable, a `command` or `args`, in which Kubernetes replaces `$(NAME)` by a variable: written
 * so that the container gets it as it is. (What comes from a Secret is not expanded.)
 */
export function literal(text: string): string {
  return text.replaceAll("$", "$$$$");
}
