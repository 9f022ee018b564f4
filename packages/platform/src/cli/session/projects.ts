import type { PlatformClient, projects } from "@platform-mcp/client";
import { projects as endpoints } from "@platform-mcp/client/contract";
import { UserError } from "../../user-error.ts";
import { allPages } from "./all-pages.ts";

export interface NamedProject {
  readonly id: string;
  /** `OWNER/NAME`. */
  readonly address: string;
}

/** How many names an error shows. */
const mostNamed = 20;

/** Every project that the client may read. */
export async function* listProjects(client: PlatformClient, search?: string): AsyncGenerator<NamedProject, void> {
  for await (const project of allPages((page) =>
    client.call(endpoints.listProjects, { ...page, ...(search !== undefined && { search }) }),
  )) {
    yield { id: project.id, address: addressOf(project) };
  }
}

/** The project with an address such as `owner/name`. @throws UserError naming what there is */
export async function findProject(client: PlatformClient, address: string): Promise<NamedProject> {
  const name = address.split("/").at(-1) ?? "";
  for await (const project of listProjects(client, name.slice(0, 255))) if (project.address === address) return project;
  const known: string[] = [];
  for await (const project of listProjects(client)) {
    if (known.push(project.address) > mostNamed) break;
  }
  const shown = known.slice(0, mostNamed).join(", ") + (known.length > mostNamed ? ", …" : "");
  throw new UserError(
    `there is no project ${address} that you may read. ${known.length === 0 ? "There is none at all" : `There are: ${shown}`}`,
  );
}

/** A project's address is where git finds it. */
function addressOf({ git_path, name }: projects.Project): string {
  return git_path?.replace(/^\//, "").replace(/\.git$/, "") ?? name;
}
