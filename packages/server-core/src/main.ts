import { runServer } from "@platform-mcp/server-kit";
import { core } from "./server.ts";

await runServer(core);
