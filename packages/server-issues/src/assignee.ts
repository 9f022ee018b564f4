import type { issues } from "@platform-mcp/client";
import type { Api } from "@platform-mcp/server-kit";
import { type Person, personOf } from "./people.ts";

/** Whom an issue is to be given to: nobody is null, undefined leaves it as it is. */
type Assignee = Person | null | undefined;

/** What an argument says of the assignee. */
export async function assigneeOf(api: Api, who: string | undefined): Promise<Assignee> {
  return who === "none" ? null : await personOf(api, who);
}

/** The fields of a request that assign. */
export function assigning(assignee: Assignee) {
  if (assignee === null) return { assignee_id: null };
  return { assignee_id: assignee?.id, assignee: assignee?.name };
}

/** What to say where the platform did not do so: some take ids only, and clear nothing. */
export function notAssigned(
  assignee: Assignee,
  { assignee_id, assignee_name }: Partial<issues.Issue>,
): readonly string[] {
  if (assignee === undefined) return [];
  if (assignee === null) {
    return assignee_id == null ? [] : ["The assignee is still there: this platform does not offer to clear it."];
  }
  const done = assignee.id === undefined ? assignee_name === assignee.name : assignee_id === assignee.id;
  return done ? [] : ["It was not assigned: this platform takes assignees by id only (or me)."];
}
