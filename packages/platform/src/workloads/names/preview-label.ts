import { deployments } from "@platform-mcp/client/contract";

const environments: ReadonlySet<string> = new Set(deployments.environment.options);

/** A preview's name in host names: its slug, unless that is the name of an environment, which its deployment has. */
export function previewLabel(slug: string): string {
  return environments.has(slug) ? `${slug}-branch` : slug;
}

/** Slugs that no branch gets, since they are the labels of others. */
export const reservedSlugs: ReadonlySet<string> = new Set(deployments.environment.options.map(previewLabel));
