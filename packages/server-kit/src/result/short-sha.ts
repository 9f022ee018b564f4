/** As much of a commit's name as tells it from the others, and as git and the platform's tools take. */
export function shortSha(sha: string | null | undefined): string | null {
  return sha?.slice(0, 12) ?? null;
}
