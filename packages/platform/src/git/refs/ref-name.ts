import { git, projects } from "@platform-mcp/client/contract";

const branchName = projects.updateProject.body.shape.default_branch;
const gitRef = git.compareRefs.query.shape.base;

/** Where people and agents may write. Everything else (`refs/replace`, `refs/merge-requests`, notes) is the platform's. */
export const writableNamespaces = ["refs/heads", "refs/tags", "refs/agent-wip"] as const;
const namespaces = new RegExp(`^(?:${writableNamespaces.join("|")})/(?<name>.+)$`, "s");

/** Whether a ref is where people and agents may write. */
export function isWritableRef(ref: string): boolean {
  return namespaces.test(ref);
}

/**
 * What is wrong with a ref's name; undefined when nothing is. Names that the API could not be asked for, or that mean
 * something else there, would be lost on everybody who does not use git itself.
 */
export function refNameProblem(ref: string): string | undefined {
  const name = namespaces.exec(ref)?.groups?.name ?? "";
  if (name.includes("\uFFFD")) return "the name is not valid UTF-8";
  if (/^[0-9a-f]{40}$/i.test(name)) return "the name looks like a commit's SHA";
  if (name === "HEAD" || name.startsWith("refs/")) return "the name means something else to git";
  if (!branchName.safeParse(name).success || !gitRef.safeParse(name).success) {
    return "names have at most 255 characters, do not begin with '-', and hold no space, '..', ';', '|', '$' or '`'";
  }
  return undefined;
}
