import {
  type ActiveProject,
  findCaller,
  issueToken,
  type Queryable,
  recordByOperator,
  revokeTokens,
} from "@platform-mcp/platform";

const daysValid = 90;
const day = 24 * 60 * 60 * 1000;

interface TokenRequest {
  readonly role: string;
  readonly project: ActiveProject;
  readonly scopes: readonly string[];
  /** Whether the token is for other projects too. */
  readonly crossProject: boolean;
  /** The token of an earlier start. */
  readonly known: string | undefined;
}

/** A token for the role's servers, with no more rights than their tools use: the known one if it still is just that. */
export async function prepareToken(db: Queryable, request: TokenRequest): Promise<string> {
  const { role, project, scopes, crossProject, known } = request;
  const projectId = crossProject ? null : project.id;
  if (known !== undefined && (await fits(db, known, scopes, projectId))) return known;
  const name = `agent of role ${role}, made by start`;
  return await db.transaction().execute(async (transaction) => {
    await revokeTokens(transaction, { userId: project.owner_id, name, projectId });
    const wanted = { userId: project.owner_id, name, scopes, projectId, expiresInDays: daysValid };
    const { token, ...issued } = await issueToken(transaction, wanted);
    const after = { ...issued, user_id: project.owner_id };
    await recordByOperator(transaction, "start", { resource: "token", id: issued.id, project: projectId, after });
    return token;
  });
}

async function fits(
  db: Queryable,
  token: string,
  scopes: readonly string[],
  projectId: string | null,
): Promise<boolean> {
  const limits = (await findCaller(db, token))?.token;
  if (limits === undefined || limits.project_id !== projectId) return false;
  const lasts = limits.expires_at === null || Date.parse(limits.expires_at) > Date.now() + day;
  return lasts && [...limits.scopes].sort().join() === [...scopes].sort().join();
}
