import { permission as permissionName } from "@platform-mcp/client";
import * as z from "zod";

/** Arguments that several tools share, described once; lengths are those that the platform takes. */
export const user = z.string().min(1).max(255).describe("Name, e-mail, id, or me");
export const role = z.string().min(1).max(255).describe("Name or id");
/** Not a list of values in its definition: each tool would pay for all of them, and list_roles names them. */
export const permission = z.string().pipe(permissionName).describe("Such as deploy:read");
export const permissions = z.array(permission);
export const email = z.string().min(3).max(254);
export const displayName = z.string().min(1).max(255);
export const description = z.string().max(10_000);
