/** What is wrong with a value, in one line. */
export function firstProblem(
  issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[],
  what = "",
): string {
  const [issue] = issues;
  return `${what || issue?.path.join(".")}: ${issue?.message}`;
}
