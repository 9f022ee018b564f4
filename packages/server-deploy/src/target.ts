import type { deployments } from "@platform-mcp/client";
import { ArgumentError, quoteName } from "@platform-mcp/server-kit";

/** Which workload a call is about, as its arguments name it. */
export type Target =
  | { readonly kind: "deployment"; readonly environment: deployments.Environment }
  | { readonly kind: "preview"; readonly preview: string };

/** @throws ArgumentError unless exactly one is given */
export function targetOf(environment: deployments.Environment | undefined, preview: string | undefined): Target {
  if (environment !== undefined && preview === undefined) return { kind: "deployment", environment };
  if (environment === undefined && preview !== undefined) return { kind: "preview", preview };
  throw new ArgumentError("give either environment or preview");
}

/** The argument that names it in a call, such as `environment=production`. */
export function argumentOf(target: Target): string {
  return target.kind === "deployment" ? `environment=${target.environment}` : `preview=${quoteName(target.preview)}`;
}
