import type { AppName } from "./target.ts";

/** What every host name of a deployment or preview ends with: browsers take it for this machine without asking anybody. */
const domain = "localhost";

const labels =
  /^([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)\.localhost\.?(?::\d{1,5})?$/i;

export function appKey({ label, projectLabel }: AppName): string {
  return `${label}.${projectLabel}`;
}

export function appHost(name: AppName): string {
  return `${appKey(name)}.${domain}`;
}

/**
 * The key of whatever a `Host` header names; undefined for any other name than those below `localhost`. A page of
 * somebody else's, whose name is made to lead to this machine, thus reaches nothing.
 */
export function appKeyIn(hostHeader: string | undefined): string | undefined {
  return labels.exec(hostHeader ?? "")?.[1]?.toLowerCase();
}
