import type { Setting } from "./tools/settings.ts";
import type { Tool } from "./tools/tool.ts";

/** One MCP server: its name, what its host tells the model about it, and its tools. */
export interface ServerDefinition {
  /** Such as `platform-core`: also the name of its bundle. */
  readonly name: string;
  /** One sentence for people. */
  readonly summary: string;
  /** For the model, the key facts first. */
  readonly instructions: string;
  readonly tools: readonly Tool[];
  /** Variables of the environment that its tools read, beside those that all servers know. */
  readonly settings?: readonly Setting[];
}
