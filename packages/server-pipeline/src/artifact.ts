import type { pipelines } from "@platform-mcp/client";
import { safeName } from "./download/safe-name.ts";

/** An artifact's type without its parameters, such as the character set. */
export function artifactType({ content_type }: pipelines.Artifact): string | null {
  return content_type?.split(";")[0]?.trim() ?? null;
}

/** The name of the file that an artifact is saved to; that of a directory says that it is an archive. */
export function fileName(artifact: pipelines.Artifact): string {
  const name = safeName(artifact.name);
  return artifactType(artifact) === "application/x-tar" && !name.endsWith(".tar") ? `${name}.tar` : name;
}
