import { fence } from "../untrusted/fence.ts";
import { nameList } from "../untrusted/name-list.ts";
import { sanitizeLines } from "../untrusted/sanitize.ts";
import { type Change, patchLines } from "./change.ts";
import { asData, asText, type Part } from "./part.ts";

/**
 * The patch, file by file: whole ones as they fit, so that one large file does not hide the others, and the names of the
 * rest. Of one file alone, its lines. @param tool the tool that is called for the rest, by `path` or `patch_line`
 */
export function filePatches(change: Change, tool: string): Part {
  const patches = patchesOf(change);
  const inLines = patchLines(change, tool, 1);
  if (patches.length < 2) return inLines;
  return {
    render(context) {
      const { mode, budget, nonce } = context;
      const fits = (patch: string) => budget.trySpend(mode === "structured" ? JSON.stringify(patch) : `${patch}\n`);
      const whole = change.patch_truncated ? patches.slice(0, -1) : patches;
      const cleaned = whole.map(sanitizeLines);
      const isShown = cleaned.map(fits);
      const shown = cleaned.filter((_, at) => isShown[at]).join("\n");
      if (shown === "") return inLines.render(context);
      const left = change.files.filter((_, at) => isShown[at] !== true).map(({ path }) => path);
      const rest = `Patches left out to keep the answer short: ${nameList(left, "files")}. To see one: ${tool} with its path.`;
      const leftOut = left.length === 0 ? undefined : rest;
      return mode === "structured" ? asData({ patch: shown }, leftOut) : asText([fence(shown, nonce)], leftOut);
    },
  };
}

/** A patch a file, in the order of the files. No line within one begins as a patch does: each has its mark before it. */
function patchesOf({ patch }: Change): string[] {
  return patch
    .replace(/\n$/, "")
    .split(/\n(?=diff --git )/)
    .filter((part) => part !== "");
}
