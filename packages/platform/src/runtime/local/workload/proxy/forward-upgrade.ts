import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream";
import { openRequest } from "./forward-request.ts";
import { answerHeaders, type RawHeaders } from "./message-headers.ts";
import { isWebSocket } from "./request-body.ts";
import type { Address } from "./target.ts";

const upgrade = ["Connection", "Upgrade", "Upgrade", "websocket"];
const close = ["Connection", "close"];

/**
 * Hands on what asks for another protocol: for a WebSocket, and then all that is said, both ways; otherwise as if it had
 * not asked, which is always allowed, since another protocol would be a way past this proxy. Resolves when that is over.
 */
export async function forwardUpgrade(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  address: Address,
  onFailure: () => void,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const mayUpgrade = isWebSocket(request);
  const sent = openRequest(request, address, mayUpgrade ? upgrade : close);
  let hasAnswer = false;
  socket.once("close", () => {
    sent.destroy();
    resolve();
  });
  sent.once("upgrade", (answer, other, first) => {
    if (!mayUpgrade) {
      other.destroy();
      return onFailure();
    }
    hasAnswer = true;
    socket.write(headText(answer, upgrade), "latin1");
    socket.write(first);
    other.write(head);
    pipeline(
      other.on("error", () => {}),
      socket,
      other,
      () => {
        socket.destroy();
        other.destroy();
      },
    );
  });
  sent.once("response", (answer) => {
    hasAnswer = true;
    // It will not: its answer goes on as it comes, up to the end of the connection.
    socket.write(headText(answer, close), "latin1");
    pipeline(answer, socket, () => {});
  });
  sent.on("error", () => {
    // Another answer would be taken for the rest of the first.
    if (hasAnswer) socket.destroy();
    else if (!socket.writableEnded && !socket.destroyed) onFailure();
  });
  sent.end();
  await promise;
}

/** The head of an answer for a connection that is not read as HTTP any more. */
function headText({ statusCode, rawHeaders }: IncomingMessage, extra: RawHeaders): string {
  return answerHead(statusCode ?? 502, [...answerHeaders(rawHeaders), ...extra]);
}

export function answerHead(status: number, headers: RawHeaders): string {
  const lines: string[] = [];
  for (let index = 0; index < headers.length; index += 2) lines.push(`${headers[index]}: ${headers[index + 1]}\r\n`);
  return `HTTP/1.1 ${status} \r\n${lines.join("")}\r\n`;
}
