import type { LookupAddress } from "node:dns";
import { lookup, Resolver } from "node:dns/promises";
import { isIP } from "node:net";
import type { AllowList } from "./allow-list.ts";
import { isPublicAddress } from "./is-public-address.ts";
import { RefusedAddressError } from "./refused-address-error.ts";

/** Names that stand for one address wherever they are asked for. */
const known = new Map([
  ["localhost", "127.0.0.1"],
  ["metadata.google.internal", "169.254.169.254"],
]);

interface OutboundOptions {
  /** What inside the network may be called all the same. */
  readonly allow: AllowList;
  /** Whom to ask for names, as `127.0.0.1:5353`; else whom the system asks. */
  readonly nameServers?: readonly string[];
}

/**
 * The one place that says where requests may go that the platform makes for its users: to the internet, and not into
 * the network that the platform is in.
 */
export class Outbound {
  readonly #allow: AllowList;
  readonly #nameServers: readonly string[] | undefined;

  constructor({ allow, nameServers }: OutboundOptions) {
    this.#allow = allow;
    this.#nameServers = nameServers;
  }

  /**
   * Refuses a host of which can be told without asking for names that it is inside: so that somebody who sets a URL
   * learns it at once. Whether it may be called is only known when it is called (`addressesOf`).
   * @param hostname as `URL.hostname` has it
   * @throws RefusedAddressError
   */
  checkHost(hostname: string): void {
    const host = hostOf(hostname);
    if (this.#allow.allowsHost(host)) return;
    const address = isIP(host) === 0 ? known.get(host) : host;
    if (address !== undefined && !this.#mayCall(address)) throw new RefusedAddressError(host);
  }

  /**
   * The addresses of a host, each of which may be called. Connect to these and not to the name, which may stand for
   * others a moment later, and follow no redirects.
   * @param hostname as `URL.hostname` has it
   * @throws RefusedAddressError if only one of them is inside the network; what node:dns throws when there are none
   */
  async addressesOf(hostname: string): Promise<readonly LookupAddress[]> {
    const host = hostOf(hostname);
    // Trusted by name, so that it may be one that only this machine knows.
    if (this.#allow.allowsHost(host)) return await lookup(host, { all: true });
    this.checkHost(host);
    const addresses = isIP(host) === 0 ? await this.#ask(host) : [{ address: host, family: isIP(host) }];
    if (!addresses.every(({ address }) => this.#mayCall(address))) throw new RefusedAddressError(host);
    return addresses;
  }

  #mayCall(address: string): boolean {
    return isPublicAddress(address) || this.#allow.allowsAddress(address);
  }

  /**
   * Asks name servers itself: the system's way to ask takes one of few threads that all file access needs, too, for as
   * long as somebody else's name server likes.
   */
  async #ask(host: string): Promise<readonly LookupAddress[]> {
    const resolver = new Resolver({ timeout: 1_500, tries: 2 });
    if (this.#nameServers !== undefined) resolver.setServers(this.#nameServers);
    const [ipv4, ipv6] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    if (ipv4.status === "rejected" && ipv6.status === "rejected") throw ipv4.reason;
    const found = (result: PromiseSettledResult<string[]>, family: 4 | 6) =>
      result.status === "fulfilled" ? result.value.map((address) => ({ address, family })) : [];
    return [...found(ipv4, 4), ...found(ipv6, 6)];
  }
}

/** Without the brackets of IPv6, and the dot that may end a name. */
function hostOf(hostname: string): string {
  return hostname
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "")
    .toLowerCase();
}
