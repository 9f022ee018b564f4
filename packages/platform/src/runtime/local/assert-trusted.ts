import { BlockList, isIP } from "node:net";
import { UserError } from "../../user-error.ts";

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/**
 * Steps run as this user on this machine, so whoever can push can do what this user can. Others than this machine's
 * users are let in only by somebody who says that they trust them.
 *
 * @param host where the platform is to listen
 * @throws UserError when that is beyond loopback, and repositories are not trusted
 */
export function assertTrusted({ host, trustRepositories }: { host: string; trustRepositories: boolean }): void {
  if (trustRepositories || isLoopback(host)) return;
  throw new UserError(
    `whoever can push to a platform that listens on ${host} can run programs on this machine as its user: say --trust-repositories (or PLATFORM_TRUST_REPOSITORIES=true) if you trust them, or listen on 127.0.0.1`,
  );
}

function isLoopback(host: string): boolean {
  const family = isIP(host);
  if (family === 0) return host.toLowerCase() === "localhost";
  return loopback.check(host, family === 6 ? "ipv6" : "ipv4");
}
