import { execFile, spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** Runs kubectl as the cluster's administrator, or as another kubeconfig says, and gives what it prints. @throws when it fails */
export async function kubectl(
  args: readonly string[],
  options: { readonly kubeconfig?: string } = {},
): Promise<string> {
  const env = { ...process.env, ...(options.kubeconfig && { KUBECONFIG: options.kubeconfig }) };
  return (await execute("kubectl", [...args], { env, maxBuffer: 1 << 28 })).stdout;
}

/** Hands it a file on stdin. */
export async function kubectlWith(input: string, args: readonly string[]): Promise<string> {
  const child = spawn("kubectl", args, { stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.end(input);
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (child.exitCode === null) await new Promise((resolve) => child.once("exit", resolve));
  if (child.exitCode !== 0) throw new Error(`kubectl ${args.join(" ")}: ${errors}`);
  return output;
}

/** What the API server answers to a path. */
export async function kubeGet<T>(path: string): Promise<T> {
  return JSON.parse(await kubectl(["get", "--raw", path]));
}
