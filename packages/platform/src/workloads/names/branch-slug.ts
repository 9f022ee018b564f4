import { maxLabel } from "./max-label.ts";
import { slugOf } from "./slug.ts";

/**
 * A branch's name in what host names allow: lowercase letters, digits, and single dashes inside. At most 63 characters,
 * never empty. Several branches may have the same one (`chooseSlug`).
 */
export function branchSlug(branch: string): string {
  return slugOf(branch, { fallback: "preview", length: maxLabel });
}
