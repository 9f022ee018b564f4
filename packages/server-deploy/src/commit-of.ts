import { shortSha } from "@platform-mcp/server-kit";

interface Built {
  readonly image_ref: string;
  readonly commit_sha?: string | null | undefined;
}

/** The commit that an image was built from, where the image's own name does not say it. */
export function commitOf({ image_ref, commit_sha }: Built): string | null {
  return commit_sha && image_ref.includes(commit_sha) ? null : shortSha(commit_sha);
}
