import { join } from "node:path";
import { build } from "../../scripts/lib/build/build.ts";
import { callTool, listId } from "./mcp-messages.ts";
import { NodeProcess } from "./node-process.ts";

/** The part of an answer that tells whether it is one. */
interface Answer {
  readonly id?: unknown;
  readonly result?: { readonly isError?: boolean };
}

/** The path of a server's bundle, such as `platform-core`, built from the sources as they are now. */
export async function serverBundle(name: string): Promise<string> {
  const { outDir } = await build({ onProgress: (line) => process.stderr.write(`${line}\n`) });
  return join(outDir, "servers", `${name}.js`);
}

/** A server's process, driven as a host does. */
export class McpServer implements AsyncDisposable {
  readonly #process: NodeProcess;
  #nextId = listId + 1;

  constructor(bundle: string, env: Readonly<Record<string, string>>) {
    this.#process = new NodeProcess([bundle], env);
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Sends the messages that ask for the tools, and waits for the list. */
  async list(messages: string): Promise<void> {
    this.#process.write(messages);
    await this.#answerTo(listId);
  }

  /** Calls a tool and waits for its result. @throws when that is an error, which would not be what is measured */
  async call(name: string, args: Readonly<Record<string, unknown>>): Promise<void> {
    const id = this.#nextId++;
    this.#process.write(callTool(id, name, args));
    await this.#answerTo(id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
  }

  async #answerTo(id: number): Promise<void> {
    for (;;) {
      const line = await this.#process.readTo("\n");
      const answer: Answer = JSON.parse(line);
      if (answer.id !== id) continue;
      if (answer.result === undefined || answer.result.isError) throw new Error(`the server answered ${line}`);
      return;
    }
  }
}
