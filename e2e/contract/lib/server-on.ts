import { serverBundle } from "../../lib/bundles.ts";
import { StdioServer } from "../../lib/stdio-server.ts";
import type { StandIn } from "./stand-in.ts";

/** A server of this name on what stands where the platform should be. */
export async function serverOn(
  { url }: StandIn,
  name: string,
  env: Readonly<Record<string, string>>,
): Promise<StdioServer> {
  const file = await serverBundle(name);
  const server = new StdioServer({ file, env: { PLATFORM_API_URL: url, PLATFORM_API_TOKEN: "token", ...env } });
  await server.initialize();
  return server;
}
