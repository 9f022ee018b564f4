import type { ServedPlatform } from "./served-platform.ts";

/** What is killed of a platform. */
export const victims = ["platform", "git", "platform and git", "postgres", "all"] as const;
export type Victim = (typeof victims)[number];

/** Kills at this instant, and starts again what does not come back by itself. */
export async function kill(served: ServedPlatform, victim: Victim): Promise<void> {
  if (victim === "git") return await served.killGit();
  if (victim === "postgres") return await served.killPostgres();
  await served.killPlatform();
  if (victim !== "platform") await served.killGit();
  if (victim === "all") await served.killPostgres();
  await served.start();
}
