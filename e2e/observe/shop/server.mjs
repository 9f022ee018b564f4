import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { rates } from "./rates.mjs";
import { count, flush, inSpan, logError } from "./telemetry.mjs";

const INTERNAL = 1;
const SERVER = 2;

function priceIn(currency) {
  return 20 * rates[currency].perFranc;
}

function checkOut() {
  const trace = randomBytes(16).toString("hex");
  return inSpan({ name: "GET /checkout", kind: SERVER, trace }, (parent) => {
    try {
      return inSpan({ name: "price order", kind: INTERNAL, trace, parent }, () => priceIn("EUR"));
    } catch (error) {
      count("shop.checkout.failures");
      logError(`checkout failed: ${error.message}`, { trace, span: parent });
      process.stderr.write(`checkout failed\n${error.stack}\n`);
      throw error;
    }
  });
}

// So that there is something to compare the first failure with.
count("shop.checkout.failures", 0);

const server = createServer(({ url }, response) => {
  if (url !== "/checkout") return response.end("a shop\n");
  try {
    response.end(`That is ${checkOut()} EUR\n`);
  } catch {
    response.writeHead(500).end("something went wrong\n");
  }
});
server.listen(process.env.PORT, "127.0.0.1", () => process.stdout.write("the shop is open\n"));

const flushing = setInterval(() => {
  flush().catch((error) => process.stdout.write(`telemetry could not be sent: ${error}\n`));
}, 500);
process.on("SIGTERM", () => {
  clearInterval(flushing);
  server.close();
  server.closeAllConnections();
});
