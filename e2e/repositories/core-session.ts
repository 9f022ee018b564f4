import { serverBundle } from "../lib/bundles.ts";
import type { TestPlatform, TestProject } from "../lib/platform.ts";
import { StdioServer } from "../lib/stdio-server.ts";

type Data = Record<string, unknown>;

/** A running platform-core on one project, whose tools answer with data. */
export class CoreSession implements AsyncDisposable {
  readonly #server: StdioServer;

  private constructor(server: StdioServer) {
    this.#server = server;
  }

  static async open(platform: TestPlatform, project: TestProject): Promise<CoreSession> {
    const server = new StdioServer({
      file: await serverBundle("platform-core"),
      env: {
        PLATFORM_API_URL: platform.url,
        PLATFORM_API_TOKEN: await platform.tokenFor({ scopes: ["project:read"], project: project.id }),
        PROJECT_ID: project.id,
        PLATFORM_MCP_OUTPUT: "structured",
      },
    });
    await server.initialize();
    return new CoreSession(server);
  }

  /** Calls a tool. @throws with its text when it answers with an error */
  async call(name: string, args: Data = {}): Promise<Data> {
    const { result, error } = await this.#server.request("tools/call", { name, arguments: args });
    const data = result?.structuredContent;
    if (typeof data !== "object" || data === null) throw new Error(JSON.stringify(error ?? result?.content));
    return { ...data };
  }

  /** Every item of a list, got as an agent would get them: by following what each answer says of the rest. */
  async all(name: string, key: string, args: Data = {}): Promise<Data[]> {
    const items: Data[] = [];
    for (let offset: number | undefined = 0; offset !== undefined; ) {
      const page = await this.call(name, { ...args, offset });
      const found = page[key];
      if (Array.isArray(found)) items.push(...found);
      offset = adviceIn(page, "offset");
    }
    return items;
  }

  /** The whole of a text file, got in as many pieces as the answers say. */
  async wholeFile(path: string): Promise<string> {
    const pieces: unknown[] = [];
    for (let from: number | undefined = 1; from !== undefined; ) {
      const page = await this.call("read_file", { path, from_line: from });
      pieces.push(page.content);
      from = adviceIn(page, "from_line");
    }
    return pieces.join("\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }
}

function adviceIn({ left_out = [] }: Data, argument: string): number | undefined {
  const [, value] = new RegExp(`${argument}=(\\d+)`).exec(String(left_out)) ?? [];
  return value === undefined ? undefined : Number(value);
}
