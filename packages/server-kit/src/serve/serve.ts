import {
  CLIENT_CAPABILITIES_META_KEY,
  inputRequired,
  inputResponse,
  ProtocolError,
  ProtocolErrorCode,
  Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { StdioServerTransport, serveStdio } from "@modelcontextprotocol/server/stdio";
import type { Person } from "../confirm/confirm.ts";
import { OpenQuestion } from "../confirm/open-questions.ts";
import { type CallEnvironment, callTool } from "../tools/call-tool.ts";
import type { OfferedTool } from "../tools/catalogue.ts";
import { filterLines } from "./filter-lines.ts";
import { endWithHost, surviveDefects } from "./lifecycle.ts";
import { offersForms } from "./offers-forms.ts";
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
    const answer = await callTool(
      offered,
      {
        args: params.arguments,
        signal: context.mcpReq.signal,
        traceparent: traceparentOf(context),
        progress: progressTo(context),
        person: personBehind(context, server),
      },
      options,
    );
    return answer instanceof OpenQuestion ? inputNeeded(answer) : answer;
  });
  return server;
}

/** The name of the one question that a call asks. */
const questionKey = "confirm";

/**
 * What a call answers that needs a person first: a form without fields, which to send is to agree. A host of the newer
 * era puts it to them and calls again with what they said; in the older one the SDK asks the host, and then does the same.
 */
function inputNeeded({ text, state }: OpenQuestion) {
  const form = inputRequired.elicit({ message: text, requestedSchema: { type: "object", properties: {} } });
  return inputRequired({ inputRequests: { [questionKey]: form }, requestState: state });
}

function personBehind({ mcpReq }: ServerContext, server: Server): Person {
  // Every request names the capabilities in the newer era, the handshake in the older one.
  const envelope: Readonly<Record<string, unknown>> | undefined = mcpReq.envelope;
  const canBeAsked = offersForms(envelope?.[CLIENT_CAPABILITIES_META_KEY] ?? server.getClientCapabilities());
  const given = inputResponse(mcpReq.inputResponses, questionKey);
  if (given.kind !== "elicit") return { canBeAsked };
  return { canBeAsked, answer: { action: given.action, state: mcpReq.requestState<string>() } };
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
