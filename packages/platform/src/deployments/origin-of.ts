/** What an image that somebody names themselves comes from. */
export function originOf(imageRef: string) {
  const commit = /^git:(?<sha>[0-9a-f]{40})$/.exec(imageRef)?.groups?.sha;
  return { commit_sha: commit ?? null, pipeline_id: null };
}
