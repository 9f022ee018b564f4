import type { Readable } from "node:stream";
import type { Endpoint } from "@platform-mcp/client/contract";
import type { Request } from "./route.ts";

/** How often the right to an answer that goes on is looked at again, in milliseconds. */
const interval = 2000;

/**
 * Ends an answer that goes on for long when the right to it has been taken, however slowly it is read, and when the
 * platform closes.
 */
export function whileAllowed(
  stream: Readable,
  { reauthorise, closing }: Pick<Request<Endpoint>, "reauthorise" | "closing">,
): Readable {
  const end = () => void stream.destroy(new Error("the platform closes"));
  closing.addEventListener("abort", end);
  let timer: NodeJS.Timeout;
  const lookLater = () => {
    timer = setTimeout(async () => {
      await reauthorise().catch((error: Error) => stream.destroy(error));
      if (!stream.destroyed) lookLater();
    }, interval);
  };
  lookLater();
  return stream.once("close", () => {
    clearTimeout(timer);
    closing.removeEventListener("abort", end);
  });
}
