import type { ClientConfig, PlatformClient } from "@platform-mcp/client";
import type { Permission } from "@platform-mcp/client/contract";
import type { PlatformConfig } from "../../config.ts";
import { findServing } from "../../serving.ts";
import { UserError } from "../../user-error.ts";
import { version } from "../../version.ts";
import { describeFailure } from "./describe-failure.ts";
import { operatorToken } from "./operator-token.ts";

export interface Access {
  /** The command's words, such as `session start`. */
  readonly command: string;
  /** What it needs, where a token is made for it. */
  readonly scopes: readonly Permission[];
  /** Minutes for which such a token is good; it is made anew as long as the command runs. */
  readonly minutes?: number;
  readonly projectId?: string | null;
}

/**
 * Talks to a platform that serves: the one that PLATFORM_API_URL and PLATFORM_API_TOKEN name, or else the one that
 * serves from the data directory, as whose operator it then acts.
 * @throws UserError for whatever the client fails with
 */
export async function withClient<T>(
  config: PlatformConfig,
  access: Access,
  work: (client: PlatformClient) => Promise<T>,
): Promise<T> {
  // The HTTP client is needed by these commands only.
  const { ClientError, ConfigError, createClient, readConfig } = await import("@platform-mcp/client");
  const given = isGiven("PLATFORM_API_TOKEN") || isGiven("PLATFORM_API_TOKEN_FILE");
  const own = given ? undefined : await operatorConfig(config, access);
  let known = own?.client;
  try {
    known ??= readConfig(process.env);
    const client = createClient({
      config: known,
      product: `platform-cli/${version}`,
      warn: (line) => process.stderr.write(`platform: ${line}\n`),
    });
    try {
      return await work(client);
    } finally {
      await client.close();
    }
  } catch (error) {
    if (error instanceof ConfigError) throw new UserError(error.message);
    if (!(error instanceof ClientError) || known === undefined) throw error;
    throw describeFailure(error, { url: known.apiUrl.href.replace(/\/$/, ""), credential: known.token.description });
  } finally {
    await own?.remove();
  }
}

async function operatorConfig(config: PlatformConfig, { command, scopes, minutes = 10, projectId = null }: Access) {
  if (isGiven("PLATFORM_API_URL")) {
    throw new UserError(
      "PLATFORM_API_URL is set without PLATFORM_API_TOKEN: set that to an API token of yours as well",
    );
  }
  const url = await findServing(config.dataDirectory);
  if (url === undefined) {
    throw new UserError(
      `no platform serves from ${config.dataDirectory}: start it with platform start, or pnpm start. For another one, set PLATFORM_API_URL and PLATFORM_API_TOKEN`,
    );
  }
  const token = operatorToken(config, command, { scopes, minutes, projectId });
  const client: ClientConfig = { apiUrl: new URL(url), token, projectId: undefined, sessionId: undefined };
  return { client, remove: token.remove };
}

function isGiven(name: string): boolean {
  return (process.env[name]?.trim() ?? "") !== "";
}
