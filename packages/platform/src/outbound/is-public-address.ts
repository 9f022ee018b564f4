import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** Of the address translation by which networks of IPv6 alone reach IPv4 (RFC 6052); its last 32 bits are what is meant. */
const translated = ipaddr.IPv6.parseCIDR("64:ff9b::/96");
/** The addresses of IPv6 that are given out to networks. */
const globalUnicast = ipaddr.IPv6.parseCIDR("2000::/3");
/** Azure's, which gives virtual machines their configuration and keys. */
const azure = "168.63.129.16";

/**
 * Whether an address is one of the internet at large: no machine of its own network, no metadata of a cloud, nothing
 * that is reserved for anything, however the address is written. Only those that are known to be are.
 * @param address as name resolution gives it; a text that is no address is not public
 */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0) return false;
  const parsed = ipaddr.parse(address);
  if (parsed instanceof ipaddr.IPv4) return isPublicIpv4(parsed);
  if (parsed.isIPv4MappedAddress()) return isPublicIpv4(parsed.toIPv4Address());
  if (parsed.match(translated)) return isPublicIpv4(new ipaddr.IPv4(parsed.toByteArray().slice(-4)));
  return parsed.match(globalUnicast) && parsed.range() === "unicast";
}

function isPublicIpv4(address: ipaddr.IPv4): boolean {
  return address.range() === "unicast" && address.toString() !== azure;
}
