import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import type { StepInput, StepOutput } from "../../runtime/runtime.ts";
import type { ArtifactDefinition } from "../definition/definition.ts";
import { isKept } from "./artifact-queries.ts";
import type { BlobStore } from "./blob-store.ts";
import { contentTypeOf } from "./content-type.ts";

interface SavedOutput {
  readonly pipelineId: string;
  readonly stepId: string;
  readonly definition: ArtifactDefinition;
  readonly output: StepOutput;
  /**
   * Asked in the transaction that records the artifact: whether whoever saves it still runs the step. When not, nothing
   * is recorded.
   */
  readonly holds?: (transaction: Queryable) => Promise<boolean>;
}

/** What steps leave for later steps and for people. */
export interface ArtifactStore {
  /**
   * Keeps what a step left, in place of an artifact of the same name in its pipeline. `db` is the database itself: the
   * row is written in a transaction of its own, once the bytes are kept.
   * @throws TooLargeError, and what reading the output throws
   */
  save(db: Queryable, saved: SavedOutput): Promise<void>;
  /** What these steps of a pipeline left, in the order of its steps; what has expired is not there. */
  inputsFor(db: Queryable, pipelineId: string, stepNames: readonly string[]): Promise<readonly StepInput[]>;
}

interface ArtifactStoreOptions {
  readonly blobs: BlobStore;
  /** The largest artifact, in bytes; a directory's size is its archive's. */
  readonly maxBytes: number;
}

export function createArtifactStore({ blobs, maxBytes }: ArtifactStoreOptions): ArtifactStore {
  return {
    async save(db, { pipelineId, stepId, definition, output, holds = async () => true }) {
      const { name, path, expires_seconds } = definition;
      const store_key = `${pipelineId}/${randomUUID()}`;
      const size_bytes = await blobs.put(store_key, output.open(), maxBytes);
      const unused = await db.transaction().execute(async (transaction) => {
        // Like everybody who changes what belongs to a pipeline: two steps may leave an artifact of the same name.
        await transaction.selectFrom("pipelines").where("id", "=", pipelineId).forUpdate().select("id").execute();
        if (!(await holds(transaction))) return [store_key];
        const replaced = await transaction
          .deleteFrom("artifacts")
          .where("pipeline_id", "=", pipelineId)
          .where("name", "=", name)
          .returning("store_key")
          .execute();
        await transaction
          .insertInto("artifacts")
          .values({
            pipeline_id: pipelineId,
            step_id: stepId,
            name,
            path,
            kind: output.kind,
            store_key,
            content_type: contentTypeOf(path, output.kind),
            size_bytes,
            expires_at:
              expires_seconds === null ? null : sql<string>`now() + make_interval(secs => ${expires_seconds})`,
          })
          .execute();
        return replaced.map((row) => row.store_key);
      });
      for (const key of unused) await blobs.remove(key);
    },

    async inputsFor(db, pipelineId, stepNames) {
      if (stepNames.length === 0) return [];
      const rows = await db
        .selectFrom("artifacts")
        .innerJoin("pipeline_steps as step", "step.id", "artifacts.step_id")
        .where("artifacts.pipeline_id", "=", pipelineId)
        .where("step.name", "in", [...stepNames])
        .where(isKept)
        .orderBy("step.step_order")
        .orderBy("artifacts.name")
        .select(["artifacts.path", "artifacts.kind", "store_key"])
        .execute();
      return rows.map(({ path, kind, store_key }) => ({ path, kind, open: () => openLater(blobs, store_key) }));
    },
  };
}

/** A blob that is opened when it is read. */
function openLater(blobs: BlobStore, key: string): Readable {
  return Readable.from(
    (async function* () {
      const body = await blobs.open(key);
      if (body === undefined) throw new Error("the artifact is not kept any more");
      yield* body;
    })(),
    { objectMode: false },
  );
}
