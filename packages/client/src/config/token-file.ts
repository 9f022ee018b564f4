import { readFileSync, statSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { ConfigError } from "../errors/config-error.ts";
import { isToken, type TokenSource } from "./token-source.ts";

/** Bytes; the longest projected service account tokens are a few kilobytes. */
const maxSize = 65_536;

/** Why a file gives no token, in words that follow its name. */
class UnusableFile extends Error {}

function parse(content: string): string {
  const token = content.trim();
  if (token === "") throw new UnusableFile("is empty");
  if (!isToken(token)) throw new UnusableFile("does not hold one token on one line");
  return token;
}

function reason(error: unknown): string {
  if (error instanceof UnusableFile) return error.message;
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") return "does not exist";
  if (code === "EACCES" || code === "EPERM") return "may not be read by this user";
  if (code === "EISDIR") return "is a directory";
  return `cannot be read (${typeof code === "string" ? code : "unknown error"})`;
}

/** Differs whenever the file was replaced or written: projected tokens are swapped by renaming a link. */
interface Identity {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

function identify({ dev, ino, size, mtimeNs, ctimeNs }: Identity): string {
  if (size > maxSize) throw new UnusableFile("is too large to be a token");
  return [dev, ino, size, mtimeNs, ctimeNs].join(":");
}

/**
 * A token kept in a file that may change at any time; it is read again when the file changed.
 * @throws ConfigError when the file gives no token now. Later, a file that is missing or empty for the moment of its
 * rotation leaves the last token in use.
 */
export function fileToken(path: string, variable: string): TokenSource {
  let identity: string;
  let token: string;
  try {
    identity = identify(statSync(path, { bigint: true }));
    token = parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new ConfigError(`${variable}: the file ${JSON.stringify(path)} ${reason(error)}`);
  }

  async function read(force: boolean): Promise<void> {
    try {
      const current = identify(await stat(path, { bigint: true }));
      if (current === identity && !force) return;
      token = parse(await readFile(path, "utf8"));
      identity = current;
    } catch {
      // In the middle of a rotation; the platform will say so if the last token has expired.
    }
  }

  return {
    description: `file ${path}`,
    async get() {
      await read(false);
      return token;
    },
    async refresh() {
      const before = token;
      await read(true);
      return token !== before;
    },
  };
}
