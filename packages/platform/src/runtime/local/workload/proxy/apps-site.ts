import type { PlatformConfig } from "../../../../config.ts";
import type { AppsSite } from "./listen-for-apps.ts";

/**
 * Where deployments and previews answer: where the configuration says, or one port above the platform's own.
 * @param url where the platform listens
 */
export function appsSite({ appsListen, port }: Pick<PlatformConfig, "appsListen" | "port">, url: string): AppsSite {
  if (appsListen !== undefined) return { ...appsListen, isFixed: true };
  // Who lets the platform take any port has no use for a certain one here. Above the last port there is none.
  const next = port === 0 ? 0 : (Number(new URL(url).port || 80) + 1) % 65_536;
  return { host: "127.0.0.1", port: next, isFixed: false };
}
