import type { Permission } from "@platform-mcp/client/contract";
import { expect } from "vitest";
import type { TestPlatform } from "../../testing/test-platform.ts";

/** Somebody who tries to get more than they have been given. */
export interface Someone {
  readonly name: string;
  readonly id: string;
  readonly token: string;
}

/** What attempts to get more than one has been given are made with. */
export interface Attempts {
  /** A new user with a role of just these permissions, everywhere or on one project. */
  someone(
    names: readonly Permission[],
    options?: { readonly project?: string; readonly type?: "human" | "agent" },
  ): Promise<Someone & { readonly role: string }>;
  /** An agent to which the user has delegated what they hold. */
  agentOf(user: { readonly name: string }, names: readonly Permission[], project?: string): Promise<Someone>;
  newProject(owner: string, visibility?: "private" | "internal"): Promise<string>;
  /** Makes a request that must be refused with this status; gives the answer. */
  refused(status: number, ...args: Parameters<TestPlatform["send"]>): Promise<ReturnType<JSON["parse"]>>;
  /** What the token may do now, everywhere or on a project. */
  can(token: string, project?: string): Promise<Permission[]>;
  /** A number that no other attempt has, for names. */
  unique(): number;
}

export function attemptsOn(platform: TestPlatform): Attempts {
  let serial = 0;
  const unique = () => ++serial;
  return {
    unique,

    async someone(names, { project, type } = {}) {
      const number = unique();
      const [name, role] = [`someone-${number}`, `role-${number}`];
      const roleId = await platform.addRole(role, names);
      const id = await platform.addUser(name, [{ role, ...(project !== undefined && { project }) }], type);
      return { name, id, role: roleId, token: await platform.token({ user: name }) };
    },

    async agentOf(user, names, project) {
      const name = `agent-${unique()}`;
      const id = await platform.addUser(name, [], "agent");
      const loan = { from: user.name, to: name, expiresInSeconds: 7200, ...(project !== undefined && { project }) };
      for (const permission of names) await platform.lend({ ...loan, permission });
      return { name, id, token: await platform.token({ user: name }) };
    },

    newProject: (owner, visibility = "private") => platform.addProject(owner, `project-${unique()}`, visibility),

    async refused(status, ...args) {
      const answer = await platform.send(...args);
      expect([answer.status, answer.body], JSON.stringify(args)).toEqual([status, expect.anything()]);
      return answer.body;
    },

    async can(token, project) {
      const query = project === undefined ? "" : `?project_id=${project}`;
      const { body } = await platform.send("GET", `/api/auth/me${query}`, token);
      return project === undefined ? body.permissions.global : body.permissions.project;
    },
  };
}
