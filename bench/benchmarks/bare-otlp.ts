import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { decodeMessage } from "@platform-mcp/platform/testing/otlp-messages";

const server = createServer(async (request, response) => {
  const { resourceSpans } = decodeMessage("TraceRequest", await buffer(request));
  response.statusCode = Array.isArray(resourceSpans) ? 200 : 400;
  response.end();
});

server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`http://127.0.0.1:${port}\n`);
});
