import { parseArgs } from "node:util";
import { UserError } from "@platform-mcp/platform";
import { defaultRole } from "@platform-mcp/runner";

export const usage = `start: set everything up, run the platform, and check a role's servers against it

  npx --yes pnpm@12.21.0 start [--repo PATH|URL] [--role ROLE] [--port N]

  --repo PATH|URL  the git repository to import (default: the example in examples/hello-web)
  --role ROLE      the agent role to prepare: dev (default), ops, admin, ui
  --port N         the port to listen on, on loopback (default 8080)

Everything is kept in .platform (or where PLATFORM_DATA says). Ctrl-C stops it; the next start goes on where this one ended.
`;

export interface StartArguments {
  readonly help: boolean;
  /** Undefined: the example. */
  readonly repo: string | undefined;
  readonly role: string;
  /** Undefined: as the platform's own configuration says. */
  readonly port: number | undefined;
}

/** Reads the command line. @throws UserError */
export function readStartArguments(args: readonly string[]): StartArguments {
  const { help, repo, role, port } = parse(args);
  return { help, repo, role, port: port === undefined ? undefined : portNumber(port) };
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      // `pnpm start -- --role dev` hands over the two dashes as well.
      args: args[0] === "--" ? args.slice(1) : [...args],
      options: {
        help: { type: "boolean", short: "h", default: false },
        repo: { type: "string" },
        role: { type: "string", default: process.env.AGENT_ROLE || defaultRole },
        port: { type: "string" },
      },
    });
    return values;
  } catch (error) {
    throw new UserError(`${error instanceof Error ? error.message : String(error)}. See --help.`);
  }
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new UserError(`--port must be a number from 0 to 65535, not ${text}`);
  return port;
}
