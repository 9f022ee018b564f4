import * as z from "zod";
import type { NewEvent } from "../append-event.ts";
import type { ShownText } from "./shown-text.ts";

const text = z.string().catch("");

/** What Claude Code says about itself, as far as it is of use to people. */
export const systemLine = z.discriminatedUnion("subtype", [
  z.object({
    type: z.literal("system"),
    subtype: z.literal("init"),
    model: text,
    claude_code_version: text,
    mcp_servers: z.array(z.object({ name: text, status: text })).catch([]),
  }),
  z.object({
    type: z.literal("system"),
    subtype: z.literal("api_retry"),
    attempt: z.number().catch(0),
    max_retries: z.number().catch(0),
    error_status: z.number().nullish().catch(null),
    error: text,
  }),
  z.object({ type: z.literal("system"), subtype: z.literal("compact_boundary") }),
]);
type SystemLine = z.output<typeof systemLine>;

export function systemEvents(line: SystemLine, shown: ShownText): readonly NewEvent[] {
  const short = (value: string) => shown.text(value, 300);
  if (line.subtype === "compact_boundary") {
    return [{ kind: "milestone", message: "The conversation has become long, and was summarised" }];
  }
  if (line.subtype === "api_retry") {
    const what = [line.error_status ?? "", line.error].join(" ").trim() || "no answer";
    const message = `The model's API failed (${what}): attempt ${line.attempt} of ${line.max_retries} follows`;
    return [{ kind: "error", message: short(message) }];
  }
  const servers = line.mcp_servers
    .slice(0, 50)
    .map(({ name, status }) => ({ name: short(name), status: short(status) }));
  const started = `Claude Code ${line.claude_code_version} has started with ${line.model}`;
  const connected = servers.filter(({ status }) => status === "connected").map(({ name }) => name);
  const tools = connected.length === 0 ? "no servers" : `the servers ${connected.join(", ")}`;
  const metadata = { model: short(line.model), version: short(line.claude_code_version), servers };
  return [
    { kind: "milestone", message: shown.text(`${started} and ${tools}`, 2000), metadata },
    ...servers
      .filter(({ status }) => status !== "connected")
      .map(
        ({ name, status }): NewEvent => ({
          kind: "error",
          message: `The server ${name} is ${status}: its tools are missing`,
        }),
      ),
  ];
}
