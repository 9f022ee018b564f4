import { refNameProblem } from "../git/refs/ref-name.ts";
import type { Outbound } from "../outbound/outbound.ts";
import { RefusedAddressError } from "../outbound/refused-address-error.ts";
import { invalid } from "../problem.ts";

/** Where an ops repo is: a project of this platform, or a repository of a host that anybody may call. */
export type OpsRepoSource =
  | { readonly kind: "project"; readonly owner: string; readonly name: string }
  | { readonly kind: "http"; readonly url: URL };

const project = /^project:(?<owner>[^/]+)\/(?<name>[^/]+)$/;

/** @throws Problem 400 for what is no address of a repository, or holds a password that everybody who reads it would know */
export function sourceOf(repoUrl: string): OpsRepoSource {
  const { owner, name } = project.exec(repoUrl)?.groups ?? {};
  if (owner !== undefined && name !== undefined) return { kind: "project", owner, name };
  const url = URL.parse(repoUrl);
  if (url === null || !["http:", "https:"].includes(url.protocol)) throw invalid("repo_url", "is not a valid URL");
  if (url.username !== "" || url.password !== "") {
    throw invalid(
      "repo_url",
      "must not hold a user or a password: have a private repository in a project of this platform",
    );
  }
  if (url.search !== "" || url.hash !== "") throw invalid("repo_url", "must not hold '?' or '#'");
  return { kind: "http", url };
}

/**
 * Checks an ops repo before it is set, as far as that can be told without asking the host.
 * @throws Problem 400
 */
export function checkSource(
  { repo_url, branch }: { repo_url: string; branch: string },
  outbound: Outbound,
): OpsRepoSource {
  const source = sourceOf(repo_url);
  const problem = refNameProblem(`refs/heads/${branch}`);
  if (problem !== undefined) throw invalid("branch", problem);
  try {
    if (source.kind === "http") outbound.checkHost(source.url.hostname);
  } catch (error) {
    throw error instanceof RefusedAddressError ? invalid("repo_url", error.message) : error;
  }
  return source;
}
