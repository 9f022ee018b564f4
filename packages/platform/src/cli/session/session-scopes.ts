import { type Permission, permissions } from "@platform-mcp/client/contract";

/** To see sessions. */
export const reading: readonly Permission[] = ["project:read"];
/** To stop one that somebody else may have asked for. */
export const writing: readonly Permission[] = ["project:read", "project:write"];

interface Agent {
  readonly role: string;
  readonly deploy: boolean;
  readonly observe: boolean;
}

/** To start an agent, and to tell it what to do: whoever does holds all that it may do. */
export function commanding({ role, deploy, observe }: Agent): readonly Permission[] {
  return [
    ...writing,
    "agent:run",
    ...(deploy ? (["deploy:read", "deploy:promote"] as const) : []),
    ...(observe ? (["observe:read"] as const) : []),
    ...(role === "admin" ? permissions.filter((permission) => permission.startsWith("admin:")) : []),
  ];
}
