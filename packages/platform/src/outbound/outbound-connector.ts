import type { LookupFunction } from "node:net";
import { buildConnector } from "undici";
import type { Outbound } from "./outbound.ts";

/**
 * How the HTTP library connects to hosts that users have named: to an address that was checked, whatever the name stands
 * for by then.
 * @param timeout milliseconds that resolving the name, connecting, and TLS may take together
 */
export function outboundConnector(outbound: Outbound, timeout: number): buildConnector.connector {
  const lookup: LookupFunction = (hostname, { all }, callback) => {
    outbound.addressesOf(hostname).then(
      (addresses) => {
        const [first] = addresses;
        if (all === true) callback(null, [...addresses]);
        else callback(null, first?.address ?? "", first?.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, ""),
    );
  };
  const connect = buildConnector({ lookup, timeout, allowH2: false, autoSelectFamily: true });
  return (options, callback) => {
    try {
      // A host that is written as an address is not looked up.
      outbound.checkHost(options.hostname);
    } catch (error) {
      callback(error instanceof Error ? error : new Error(String(error)), null);
      return;
    }
    connect(options, callback);
  };
}
