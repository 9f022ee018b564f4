import type { PlatformConfig } from "../config.ts";
import { openStore, type Store } from "../store.ts";
import { createLogger } from "./logger.ts";

const stderr = 2;

/** Opens the store for one command's work, beside a platform that serves or without one, and closes it. */
export async function withStore<T>(config: PlatformConfig, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(config, { mode: "guest", logger: createLogger("warn", stderr) });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
