import { BlockList, isIP } from "node:net";

/** What inside the network may be called all the same. */
export interface AllowList {
  allowsHost(hostname: string): boolean;
  allowsAddress(address: string): boolean;
}

const hostName = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*$/;

/**
 * Reads names of hosts, addresses, and blocks of addresses, separated by commas: `receiver.internal,10.1.0.0/16,::1`.
 * A name stands for itself alone and is trusted with whatever it resolves to.
 * @throws RangeError naming the part that is none of these
 */
export function parseAllowList(text: string): AllowList {
  const hosts = new Set<string>();
  const blocks = new BlockList();
  for (const part of text.split(",").map((untrimmed) => untrimmed.trim().toLowerCase())) {
    const [network = "", prefix, ...rest] = part.split("/");
    const family = isIP(network);
    const bits = prefix === undefined ? widthOf(family) : Number(prefix);
    if (family !== 0 && rest.length === 0 && /^\d*$/.test(prefix ?? "") && prefix !== "" && bits <= widthOf(family)) {
      blocks.addSubnet(network, bits, family === 6 ? "ipv6" : "ipv4");
    } else if (hostName.test(part)) hosts.add(part);
    else if (part !== "") throw new RangeError(`${part} is neither the name of a host nor a block of addresses`);
  }
  return {
    allowsHost: (hostname) => hosts.has(hostname),
    allowsAddress: (address) => {
      const family = isIP(address);
      return family !== 0 && blocks.check(address, family === 6 ? "ipv6" : "ipv4");
    },
  };
}

function widthOf(family: number): number {
  return family === 6 ? 128 : 32;
}
