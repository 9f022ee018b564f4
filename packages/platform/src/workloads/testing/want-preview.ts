import type { Queryable } from "../../db/queryable.ts";
import { changeWorkload } from "../change-workload.ts";
import { createWorkload, type NewWorkload } from "../create-workload.ts";
import { endWorkload } from "../end-workload.ts";
import { lockWorkload } from "../lock-workload.ts";

/** What a preview is to be: an image that runs, stopped, or not there. */
export type WantedPreview = Pick<NewWorkload, "image_ref" | "commit_sha"> | "stopped" | "gone";

/** Has a branch's preview become that, whatever it is now. In a transaction. */
export async function wantPreview(
  db: Queryable,
  { projectId, branch }: { readonly projectId: string; readonly branch: string },
  wanted: WantedPreview,
): Promise<void> {
  const there = await lockWorkload(db, projectId, { branch });
  const isThere = there !== undefined && there.removal_reason === null;
  if (typeof wanted === "string") {
    if (!isThere) return;
    if (wanted === "gone") await endWorkload(db, there.id, "merged");
    else await changeWorkload(db, there.id, { desired_status: "stopped", action: "stop" });
    return;
  }
  const place = { branch, ttlHours: 24 };
  if (isThere) await changeWorkload(db, there.id, { ...wanted, desired_status: "active", action: "deploy" });
  else await createWorkload(db, { projectId, place, ...wanted, created_by: null });
}
