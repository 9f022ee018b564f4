import { runServer } from "@platform-mcp/server-kit";
import { observe } from "./server.ts";

// Not awaited: the bundle is CommonJS, which has no top-level await. A rejection still ends the process.
void runServer(observe);
