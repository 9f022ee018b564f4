import { pipelines } from "@platform-mcp/client/contract";
import { implement } from "../../http/implement.ts";
import type { Route } from "../../http/route.ts";
import { Problem } from "../../problem.ts";
import { findArtifact, listArtifacts } from "./artifact-queries.ts";
import type { BlobStore } from "./blob-store.ts";
import { fileNameOf } from "./file-name.ts";

/** Listing and downloading what steps left. */
export function artifactRoutes(blobs: BlobStore): readonly Route[] {
  return [
    implement(pipelines.listArtifacts, ({ db, project, params, query }) =>
      listArtifacts(db, { projectId: project.id, pipelineId: params.pipeline_id }, query),
    ),

    implement(pipelines.downloadArtifact, async ({ db, project, params, setHeader }) => {
      const address = { projectId: project.id, pipelineId: params.pipeline_id };
      const artifact = await findArtifact(db, address, params.artifact_id);
      setHeader("content-disposition", `attachment; filename="${fileNameOf(artifact)}"`);
      if (artifact.content_type !== null) setHeader("content-type", artifact.content_type);
      return {
        size: artifact.size_bytes,
        version: artifact.id,
        open: async (range) => {
          const body = await blobs.open(artifact.store_key, range);
          if (body !== undefined) return body;
          throw new Problem(404, "artifact", {
            detail: "It is listed, but its content is not in this platform's store.",
          });
        },
      };
    }),
  ];
}
