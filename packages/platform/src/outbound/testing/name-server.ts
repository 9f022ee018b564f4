import { createSocket } from "node:dgram";
import { once } from "node:events";
import ipaddr from "ipaddr.js";

/** Addresses by name; each question takes the next of its name's lists, and the last one for good. */
type Names = Readonly<Record<string, readonly (readonly string[])[]>>;

/** A name server on loopback that knows these names only, for tests of what names stand for. */
export async function startNameServer(names: Names) {
  const asked: string[] = [];
  const socket = createSocket("udp4");
  socket.on("message", (question, peer) => {
    const { name, type, end } = questionIn(question);
    const lists = names[name];
    const times = asked.filter((earlier) => earlier === `${name} ${type}`).length;
    asked.push(`${name} ${type}`);
    const addresses = (lists?.[Math.min(times, lists.length - 1)] ?? []).filter(
      (address) => (address.includes(":") ? 28 : 1) === type,
    );
    const header = Buffer.alloc(12);
    question.copy(header, 0, 0, 2);
    header.writeUInt16BE(lists === undefined ? 0x8183 : 0x8180, 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(addresses.length, 6);
    socket.send(
      Buffer.concat([header, question.subarray(12, end), ...addresses.map((address) => answer(type, address))]),
      peer.port,
      peer.address,
    );
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return {
    address: `127.0.0.1:${socket.address().port}`,
    /** What it was asked, as `name type`. */
    asked,
    [Symbol.asyncDispose]: async () => {
      socket.close();
      await once(socket, "close");
    },
  };
}

function questionIn(message: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = message.readUInt8(at); length > 0; length = message.readUInt8(at)) {
    labels.push(message.toString("latin1", at + 1, at + 1 + length));
    at += length + 1;
  }
  return { name: labels.join(".").toLowerCase(), type: message.readUInt16BE(at + 1), end: at + 5 };
}

/** A resource record without a lifetime. */
function answer(type: number, address: string): Buffer {
  const data = Buffer.from(ipaddr.parse(address).toByteArray());
  return Buffer.concat([Buffer.from([0xc0, 0x0c, 0, type, 0, 1, 0, 0, 0, 0, 0, data.length]), data]);
}
