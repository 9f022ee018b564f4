import { failureReason } from "../../git/failure-reason.ts";
import { type GitOptions, gitOutput, readGit } from "../../git/git.ts";
import { GitError } from "../../git/git-error.ts";
import { certificateVariables, inherited } from "../../git/import-config.ts";
import { createRepository } from "../../git/init-repository.ts";
import { newDirectory } from "../../git/new-directory.ts";
import type { Outbound } from "../../outbound/outbound.ts";
import { RefusedAddressError } from "../../outbound/refused-address-error.ts";
import { Problem } from "../../problem.ts";
import type { Snapshots } from "./snapshots.ts";
import { SyncError } from "./sync-error.ts";

/** How much and for how long a host may send. */
export interface FetchLimits {
  /** KiB of the pack of one commit. */
  readonly size: number;
  /** Milliseconds of each of the two questions to the host. */
  readonly time: number;
}

export const usualLimits: FetchLimits = { size: 256 * 1024, time: 60_000 };

interface FetchOptions {
  readonly url: URL;
  readonly branch: string;
  readonly opsRepoId: string;
  readonly outbound: Outbound;
  readonly snapshots: Snapshots;
  readonly limits: FetchLimits;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Fetches the commit at the tip of a branch without what came before it, unless it is there; gives its SHA. The host is
 * called at addresses that were checked, and at none that it leads to.
 * @throws SyncError
 */
export async function fetchCommit(options: FetchOptions): Promise<string> {
  const { url, branch, opsRepoId, snapshots, outbound, limits } = options;
  const ref = `refs/heads/${branch}`;
  try {
    const git = await gitOptions(url, outbound, options);
    const sha = await tipOf(url, ref, git);
    if (sha === undefined) throw new SyncError(`it has no branch ${branch}`);
    if (await snapshots.has(opsRepoId, sha)) return sha;
    const make = newDirectory(snapshots.of(opsRepoId, sha).path, async ({ result }) => {
      await createRepository(result, "main");
      const flags = ["--quiet", "--depth=1", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules"];
      const repository = { path: result };
      await readGit(["fetch", ...flags, "--", url.href, `+${ref}:refs/heads/main`], { ...git, repository });
      const fetched = (await readGit(["rev-parse", "refs/heads/main"], { repository })).trim();
      if (fetched !== sha) throw new SyncError("its branch has moved while it was fetched: it is fetched again");
    });
    await make.catch((error: unknown) => {
      // Another platform, or another request, has fetched the same in the meantime.
      if (!isTaken(error)) throw error;
    });
    return sha;
  } catch (error) {
    throw asSyncError(error, limits);
  }
}

/**
 * The SHA of a ref. Git gives all refs whose names end like the one that is asked for: whoever may push any branch makes
 * such ones, and a host may have any number of them.
 */
async function tipOf(url: URL, ref: string, git: GitOptions): Promise<string | undefined> {
  let rest = "";
  for await (const chunk of gitOutput(["ls-remote", "--", url.href, ref], git)) {
    const lines = (rest + chunk.toString("latin1")).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const [sha = "", name = ""] = line.split("\t");
      if (/^[0-9a-f]{40}$/.test(sha) && Buffer.from(name, "latin1").toString() === ref) return sha;
    }
  }
  return undefined;
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "EEXIST" || error.code === "ENOTEMPTY");
}

function asSyncError(error: unknown, { size, time }: FetchLimits): unknown {
  if (error instanceof RefusedAddressError) return new SyncError(error.message);
  if (error instanceof Problem) return new SyncError(`its host has taken longer than ${time / 1000} s`);
  if (error instanceof GitError) {
    const isTooLarge =
      error.code === null || /died of signal 25|invalid index-pack output|File too large/i.test(error.stderr);
    return new SyncError(isTooLarge ? `it is larger than ${size / 1024} MiB` : failureReason(error.stderr));
  }
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return /^E(NOTFOUND|NODATA|SERVFAIL|TIMEOUT|REFUSED|BADNAME|AI_AGAIN)$/.test(code)
    ? new SyncError("the name of its host stands for no address")
    : error;
}

async function gitOptions(url: URL, outbound: Outbound, { limits, signal }: FetchOptions): Promise<GitOptions> {
  const addresses = await outbound.addressesOf(url.hostname);
  const port = url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
  const pinned = addresses.map(({ address, family }) => (family === 6 ? `[${address}]` : address)).join(",");
  return {
    signal,
    timeout: limits.time,
    memoryLimit: 512 * 1024,
    fileLimit: limits.size,
    environment: { GIT_ALLOW_PROTOCOL: "http:https", ...inherited(certificateVariables) },
    settings: {
      // Of any name: whatever the host is called, it is at these addresses.
      "http.curloptResolve": `*:${port}:${pinned}`,
      // To redirects, and to what a host says where else its objects are.
      "http.followRedirects": "false",
      "http.proxy": "",
      "credential.helper": "",
      "http.lowSpeedLimit": "1000",
      "http.lowSpeedTime": "20",
      "protocol.version": "2",
      "transfer.fsckObjects": "true",
      "transfer.bundleURI": "false",
      "submodule.recurse": "false",
      // One file, which the limit is about; and what is large in it is not held in memory.
      "fetch.unpackLimit": "1",
      "core.bigFileThreshold": "1m",
      "pack.threads": "1",
    },
  };
}
