/** Which tool shows what exists, by the noun that the platform's 404 names. */
const listing: Readonly<Record<string, string>> = {
  project: "list_projects",
  repository: "list_projects",
  branch: "list_branches",
  commit: "list_commits",
  "tree path": "list_files",
  blob: "list_files",
};

/** The tool that shows what exists where a `noun` was not found, if there is one. */
export function whereToLook(noun: string): string | undefined {
  return Object.hasOwn(listing, noun) ? listing[noun] : undefined;
}
