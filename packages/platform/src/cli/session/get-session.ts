import type { PlatformClient } from "@platform-mcp/client";
import { sessions } from "@platform-mcp/client/contract";

/** Where the API has a session. */
export interface Address {
  readonly project_id: string;
  readonly session_id: string;
}

/** A session with the first of its messages, as it stands. @throws ClientError */
export async function getSession(client: PlatformClient, address: Address) {
  return await client.call(sessions.getSession, address);
}

export function hasEnded({ status }: Pick<sessions.Session, "status">): boolean {
  return status !== "pending" && status !== "running";
}
