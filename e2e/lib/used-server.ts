import { call } from "../contract/lib/contract.ts";
import { StdioServer } from "./stdio-server.ts";

/** A server, as somebody uses it. */
export interface UsedServer extends AsyncDisposable {
  /** Calls a tool and gives its text. @throws when it answers with an error */
  use(tool: string, args?: object): Promise<string>;
  /** Calls a tool that is to be refused, and gives its text without what differs from call to call. @throws when it is not */
  refused(tool: string, args?: object): Promise<string>;
}

/** Starts a server for somebody. */
export async function useServer(options: ConstructorParameters<typeof StdioServer>[0]): Promise<UsedServer> {
  const server = new StdioServer(options);
  await server.initialize();
  return {
    async use(tool, args = {}) {
      const { text, isError, protocolError } = await call(server, tool, args);
      if (isError || protocolError !== undefined) throw new Error(protocolError ?? text);
      return text;
    },
    async refused(tool, args = {}) {
      const { text, isError } = await call(server, tool, args);
      if (!isError) throw new Error(`this should have been refused:\n${text}`);
      return text.replace(/\nRequest id: \S+$/, "");
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
