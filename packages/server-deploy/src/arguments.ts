import { deployments } from "@platform-mcp/client";
import * as z from "zod";

/** Arguments that several tools share, described once. */
export const { environment } = deployments;
export const image = z.string().min(1).max(500);
export const values = z.record(z.string(), z.unknown());
export const opsRepoId = z.uuid();
export const manifestPath = z.string().min(1).max(500);
export const preview = z.string().min(1).max(255).describe("Slug or branch");
