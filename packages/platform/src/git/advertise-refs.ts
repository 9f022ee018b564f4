import type { Readable } from "node:stream";
import { startGit } from "./git.ts";
import { protocolEnvironment } from "./git-protocol.ts";
import { outputOf } from "./output-of.ts";
import type { Repository } from "./repository.ts";

/** What a client asks for: to fetch, or to push. */
export const gitServices = ["git-upload-pack", "git-receive-pack"] as const;
export type GitService = (typeof gitServices)[number];

export interface AdvertiseOptions {
  /** The request's `Git-Protocol` header. */
  readonly protocol?: string | undefined;
  /** Aborting kills git; so does destroying the stream. */
  readonly signal?: AbortSignal | undefined;
}

const commands = { "git-upload-pack": ["upload-pack", "--strict"], "git-receive-pack": ["receive-pack"] } as const;

/** What `GET info/refs?service=` answers: what there is, and what the client can ask for. */
export function advertiseRefs(repository: Repository, service: GitService, options: AdvertiseOptions = {}): Readable {
  const environment = protocolEnvironment(options.protocol);
  const args = [...commands[service], "--stateless-rpc", "--advertise-refs", repository.path];
  const git = startGit(args, { signal: options.signal, environment });
  git.stdin.end();
  const line = `# service=${service}\n`;
  // Version 2, which there is for fetches alone, has no such line.
  const isVersion2 = service === "git-upload-pack" && environment.GIT_PROTOCOL?.startsWith("version=2") === true;
  return outputOf(git, isVersion2 ? "" : `${(line.length + 4).toString(16).padStart(4, "0")}${line}0000`);
}
