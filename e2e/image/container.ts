import { execFile } from "node:child_process";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** The image under test, others that know nothing of agents, and the engine's client, as `pnpm test:image` names them. */
export const image = process.env.IMAGE ?? "";
export const otherImages: Readonly<Record<"python" | "older" | "musl", string>> = JSON.parse(
  process.env.OTHER_IMAGES ?? '{"python":"","older":"","musl":""}',
);
const docker = process.env.DOCKER ?? "docker";

export interface ContainerEnd {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the engine's client; a failure is a result like any other. */
export async function engine(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ContainerEnd> {
  try {
    return { code: 0, ...(await execute(docker, [...args], { maxBuffer: 1 << 26, env: { ...process.env, ...env } })) };
  } catch (error) {
    if (!(error instanceof Error) || !("stdout" in error && "stderr" in error && "code" in error)) throw error;
    return { code: Number(error.code), stdout: String(error.stdout), stderr: String(error.stderr) };
  }
}

/** As a hardened pod runs it: no privileges, no writable root, the host's network to reach what a test serves there. */
const hardened = [
  ...["run", "--rm", "--network=host", "--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges"],
  ...["--tmpfs=/tmp:mode=1777", "--tmpfs=/home/agent:uid=1000,gid=1000,mode=0700"],
];

interface RunOptions {
  /** Another image than the one under test. */
  readonly image?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Options of the engine, such as a volume. */
  readonly options?: readonly string[];
  /** A program to run instead of the image's own. */
  readonly entrypoint?: string;
}

/** Runs a container to its end. Values of its environment are handed over by name, never in an argument. */
export async function runContainer(args: readonly string[], options: RunOptions = {}): Promise<ContainerEnd> {
  const { env = {}, entrypoint } = options;
  const names = Object.keys(env).flatMap((name) => ["--env", name]);
  const command = [
    ...[...hardened, ...names, ...(options.options ?? [])],
    ...(entrypoint === undefined ? [] : ["--entrypoint", entrypoint]),
    ...[options.image ?? image, ...args],
  ];
  return await engine(command, env);
}
