import { createSecretKey, type KeyObject, randomBytes } from "node:crypto";
import { link, mkdir, open, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { syncPath } from "../backup/sync.ts";
import type { PlatformConfig } from "../config.ts";
import { errorCode, readIfPresent } from "../db/embedded/files.ts";
import type { Queryable } from "../db/queryable.ts";
import { Problem } from "../problem.ts";

/** The key that secrets are encrypted under; or why there is none, and what to do about it. */
export type MasterKey = KeyObject | { readonly missing: string };

/** The form of a key wherever it is written: 32 bytes. */
export const masterKeyText = /^[0-9a-f]{64}$/i;

/** The file as those are told of it who set a secret, and need not know where the platform keeps its data. */
const named = "master.key in the platform's data directory";

/** Where the key is that was made for a data directory. */
export function masterKeyFile(dataDirectory: string): string {
  return join(dataDirectory, "master.key");
}

/** The key. @throws Problem 503 when there is none */
export function requireMasterKey(masterKey: MasterKey): KeyObject {
  if ("missing" in masterKey) throw new Problem(503, `secrets engine not configured: ${masterKey.missing}`);
  return masterKey;
}

/**
 * The operator's key, or the one in the data directory. With the embedded database it is made there when there are no
 * secrets yet, of webhooks neither; beside a database elsewhere nothing is made up, since other processes use that database, too, and would
 * not have the key.
 */
export async function openMasterKey(
  config: Pick<PlatformConfig, "masterKey" | "dataDirectory" | "databaseUrl">,
  db: Queryable,
): Promise<MasterKey> {
  if (config.masterKey !== undefined) return keyOf(config.masterKey);
  const file = masterKeyFile(config.dataDirectory);
  const found = await readIfPresent(file).then(
    (text) => (text === undefined ? undefined : keyIn(text)),
    (error: unknown) => unusable(error),
  );
  if (found !== undefined) return found;
  if (config.databaseUrl !== undefined) {
    return {
      missing: "set PLATFORM_MASTER_KEY to 64 hexadecimal digits (openssl rand -hex 32) and restart the platform",
    };
  }
  if (await isNeeded(db)) {
    return {
      missing: `${named} is gone, and there are secrets under it: put it back, or delete them and restart the platform`,
    };
  }
  return await createOnce(file).then(
    (text) => keyIn(text),
    (error: unknown) => unusable(error),
  );
}

/** Whether something is encrypted under a key: under another one it would be lost. */
async function isNeeded(db: Queryable): Promise<boolean> {
  const secret = await db.selectFrom("secrets").select("id").limit(1).executeTakeFirst();
  const webhook = await db
    .selectFrom("webhooks")
    .where("encrypted_secret", "is not", null)
    .select("id")
    .limit(1)
    .executeTakeFirst();
  return (secret ?? webhook) !== undefined;
}

/** Such as EACCES after a command as another user. The platform works without a key, but for secrets. */
function unusable(error: unknown): MasterKey {
  const code = errorCode(error);
  if (code === undefined) throw error;
  return { missing: `${named} cannot be used (${code}): let the user who runs the platform have it, and restart it` };
}

function keyIn(content: string): MasterKey {
  const text = content.trim();
  return masterKeyText.test(text) ? keyOf(text) : { missing: `${named} does not hold 64 hexadecimal digits` };
}

function keyOf(text: string): KeyObject {
  return createSecretKey(Buffer.from(text, "hex"));
}

/** Makes the file with a new key, unless somebody else has at the same moment; gives what it holds once it is on the disk. */
async function createOnce(file: string): Promise<string> {
  await mkdir(dirname(file), { recursive: true });
  const temporary = `${file}.${randomBytes(6).toString("hex")}.partial`;
  try {
    const handle = await open(temporary, "wx", 0o600);
    try {
      await handle.writeFile(`${randomBytes(32).toString("hex")}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    // Not a rename, which would replace a key that is in use already.
    await link(temporary, file).catch((error: unknown) => {
      if (errorCode(error) !== "EEXIST") throw error;
    });
  } finally {
    await rm(temporary, { force: true });
  }
  await syncPath(dirname(file));
  return (await readIfPresent(file)) ?? "";
}
