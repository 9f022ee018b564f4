import { ProtocolError, ProtocolErrorCode, Server, type ServerContext } from "@modelcontextprotocol/server";
import { StdioServerTransport, serveStdio } from "@modelcontextprotocol/server/stdio";
import { type CallEnvironment, callTool } from "../tools/call-tool.ts";
import type { OfferedTool } from "../tools/catalogue.ts";
import { filterLines } from "./filter-lines.ts";
import { endWithHost, surviveDefects } from "./lifecycle.ts";
import { protocolErrorLog } from "./protocol-error-log.ts";
import { refusalOf } from "./refuse-malformed.ts";

/** The transport's own limit; longer lines are dropped before they reach it. */
const maxMessageBytes = 10 * 1024 * 1024 - 1024;

export interface ServeOptions extends CallEnvironment {
  readonly name: string;
  readonly version: string;
  readonly instructions: string;
  readonly tools: ReadonlyMap<string, OfferedTool>;
  /** Called once when the host is gone, before the process ends. */
  readonly onEnd: () => Promise<void>;
}

/**
 * Serves tools over stdio in both protocol eras until the host goes away. The only place that knows the SDK, so that
 * how bytes are served can change without touching a tool.
 */
export function serve(options: ServeOptions): void {
  const log = (line: string) => process.stderr.write(`${options.name}: ${line}\n`);
  surviveDefects(log);
  const input = filterLines({
    maxBytes: maxMessageBytes,
    onDrop: (bytes) => log(`dropped a message of ${bytes} bytes: the limit is 10 MB`),
    accepts(line) {
      const refusal = refusalOf(line);
      if (refusal !== undefined) process.stdout.write(refusal);
      return refusal === undefined;
    },
  });
  const handle = serveStdio(() => makeServer(options), {
    transport: new StdioServerTransport(input, process.stdout),
    onerror: protocolErrorLog(log),
  });
  // Closing the connection aborts the calls that came over it.
  endWithHost(() => Promise.allSettled([handle.close(), options.onEnd()]));
  if (process.stdin.isTTY) log("serving MCP on stdin and stdout for a host; see --help for use by hand");
  process.stdin.pipe(input);
}

function makeServer(options: ServeOptions): Server {
  const server = new Server(
    { name: options.name, version: options.version },
    { capabilities: { tools: {} }, instructions: options.instructions },
  );
  const definitions = [...options.tools.values()].map(({ definition }) => definition);
  server.setRequestHandler("tools/list", () => ({ tools: definitions }));
  server.setRequestHandler("tools/call", async ({ params }, context) => {
    const offered = options.tools.get(params.name);
    if (offered === undefined) throw unknownTool(params.name, options.tools);
    return await callTool(
      offered,
      {
        args: params.arguments,
        signal: context.mcpReq.signal,
        traceparent: traceparentOf(context),
        progress: progressTo(context),
      },
      options,
    );
  });
  return server;
}

function unknownTool(name: string, tools: ReadonlyMap<string, unknown>): ProtocolError {
  const shown = JSON.stringify(name.slice(0, 64));
  return new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    `Unknown tool ${shown}; this server has: ${[...tools.keys()].join(", ")}`,
  );
}

function traceparentOf({ mcpReq }: ServerContext): string | undefined {
  const value = mcpReq._meta?.traceparent;
  return typeof value === "string" && /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(value)
    ? value
    : undefined;
}

function progressTo({ mcpReq }: ServerContext) {
  const progressToken = mcpReq._meta?.progressToken;
  return (message: string, progress: number, total?: number) => {
    if (progressToken === undefined) return;
    const params = { progressToken, progress, message, ...(total === undefined ? {} : { total }) };
    // A host that went away is noticed by the lifecycle, not here.
    mcpReq.notify({ method: "notifications/progress", params }).catch(() => {});
  };
}
