/**
 * A ref without `refs/heads/`: platforms store what a push names as `refs/heads/main` and what a call names as it came.
 */
export function shortRef(gitRef: string): string {
  return gitRef.replace(/^refs\/heads\//, "");
}

/** Whether a ref is a commit, named in full. */
export function isCommit(ref: string): boolean {
  return /^[0-9a-f]{40}$/.test(ref);
}
