import type { Permission } from "@platform-mcp/client/contract";

/**
 * What a request needs, in the words of the documents:
 * - `anybody`: not even a credential;
 * - `somebody`: any good credential, for what concerns the caller alone;
 * - `everywhere`: a permission on the platform as a whole, else 403 that names it;
 * - `on the project`: a permission on the project of the request, else 403 for who may know of it and 404 for others;
 * - `who sees the project`: nothing but that, else 404;
 * - `lists projects`: any good credential, and shows the projects on which the caller holds the permission;
 * - `says permissions`: any good credential, and says what the caller holds, everywhere and on the project;
 * - `nobody else's`: any good credential, but the object is another user's, or another project's, and hidden: 404 with
 *   this noun;
 * - `reads it`: the permission where what is named belongs, on the project or everywhere; for others it is not there
 *   (404 with this noun), and a token whose scopes can never read it is told so (403);
 * - `no agent`: any good credential but an agent's, else 403 that names the permission;
 * - `all of`: each of these, since every object that a request touches is authorised; the first that fails answers.
 */
export type Need =
  | { readonly who: "anybody" | "somebody" | "who sees the project" | "says permissions" }
  | { readonly who: "everywhere" | "on the project" | "lists projects" | "no agent"; readonly permission: Permission }
  | { readonly who: "nobody else's"; readonly noun: string }
  | {
      readonly who: "reads it";
      readonly permission: Permission;
      readonly noun: string;
      readonly where: "everywhere" | "on the project";
    }
  | { readonly who: "all of"; readonly needs: readonly Need[] };

export const anybody: Need = { who: "anybody" };
export const somebody: Need = { who: "somebody" };
export const everywhere = (permission: Permission): Need => ({ who: "everywhere", permission });
export const onProject = (permission: Permission): Need => ({ who: "on the project", permission });
export const noAgent = (permission: Permission): Need => ({ who: "no agent", permission });
export const reads = (permission: Permission, noun: string, where: "everywhere" | "on the project"): Need => ({
  ...{ who: "reads it", permission, noun, where },
});
export const allOf = (...needs: readonly Need[]): Need => ({ who: "all of", needs });
/** The permission on the project does not make it hold what another project, or another part of it, holds. */
export const notThere = (permission: Permission, noun: string): Need =>
  allOf(onProject(permission), { who: "nobody else's", noun });
