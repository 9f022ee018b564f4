import { nameList, shellWord } from "@platform-mcp/server-kit";
import type { MergeRequestDetails } from "./merge-request.ts";

/** What brings a merge request on from where it stands. */
export function nextStep(request: MergeRequestDetails): string {
  const { number, status, source_branch: source = "", target_branch: target = "" } = request;
  const merge = `merge_merge_request with number=${number}`;
  if (status === "merged") return "It is merged: nothing is left to do.";
  if (status === "closed")
    return `It is closed. To reopen it: update_merge_request with number=${number} and status=open.`;
  switch (request.merge_status) {
    case "mergeable":
      return request.changes_requested
        ? `It can be merged, but a review asks for changes: answer it first. To merge all the same: ${merge}.`
        : `It can be merged: ${merge}.`;
    case "conflicts":
      return `${conflictIn(request)}Resolve it on the source branch: ${commands([
        "git fetch origin",
        `git switch ${shellWord(source)}`,
        `git merge ${shellWord(`origin/${target}`)}`,
      ])}; mend the files, git add and git commit them; git push origin HEAD; then ${merge}.`;
    case "blocked":
      return `See to what blocks it, then ${merge}.`;
    case "source_missing":
      return `The source branch is gone. Push it again, or close this: update_merge_request with number=${number} and status=closed.`;
    case "target_missing":
      return `The target branch is gone: update_merge_request with number=${number} and another target_branch.`;
    case "up_to_date":
      return "There is nothing to merge: the target branch has all of it. Push commits to the source branch, or close this.";
    default:
      return `This platform does not say whether it can be merged. To try: ${merge}.`;
  }
}

/** How to merge without the platform, for one that cannot. */
export function mergeByHand({
  number,
  source_branch: source = "",
  target_branch: target = "",
}: MergeRequestDetails): string {
  return `Where you may push to the target branch, merge it by hand: ${commands([
    "git fetch origin",
    `git switch ${shellWord(target)}`,
    "git merge --ff-only @{upstream}",
    `git merge --no-ff ${shellWord(`origin/${source}`)}`,
  ])}; mend conflicts if there are any; git push origin HEAD; then update_merge_request with number=${number} and status=closed.`;
}

function commands(lines: readonly string[]): string {
  return lines.join(" && ");
}

function conflictIn({ conflicts = [] }: MergeRequestDetails): string {
  return conflicts.length === 0 ? "" : `The branches conflict in ${nameList(conflicts, "files", 2000)}. `;
}
