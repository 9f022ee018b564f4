import { appendFile, readFile, rename } from "node:fs/promises";
import type { OutputListener } from "../../../pipelines/logs/output-listener.ts";
import { SecretFinder } from "../../../pipelines/logs/secret-finder.ts";
import { SecretMasker } from "../../../pipelines/logs/secret-masker.ts";
import { WholeCharacters } from "../../../pipelines/logs/whole-characters.ts";

/** Bytes after which a file becomes the older one, and the one before goes: of what is printed, as much is always kept. */
const partSize = 1024 ** 2;

/** Where the beginning is, of what is kept. */
export function olderPart(path: string): string {
  return `${path}.older`;
}

/** The last lines of a log that is, or was, written to this path; empty when there is none. */
export async function tailOf(path: string, lines: number): Promise<string> {
  const parts = [olderPart(path), path].map((part) => readFile(part, "utf8").catch(() => ""));
  const text = (await Promise.all(parts)).join("");
  return text
    .split(/(?<=\n)/)
    .slice(-lines)
    .join("");
}

/**
 * What one process prints, without secrets, in two files that replace each other. What cannot be written is lost: a full
 * disk is not what ends a workload.
 */
export class ProcessLog {
  readonly #path: string;
  readonly #masker: SecretMasker;
  readonly #characters = new WholeCharacters();
  readonly #listener: OutputListener | undefined;
  #size = 0;
  #queue: Promise<void> = Promise.resolve();

  /** @param secrets values that must not show @param listener hears what is printed beside */
  constructor(path: string, secrets: readonly string[], listener?: OutputListener) {
    this.#path = path;
    this.#listener = listener;
    this.#masker = new SecretMasker(new SecretFinder(secrets));
  }

  /** Resolves once it is in the file; never rejects. */
  write(chunk: Uint8Array): Promise<void> {
    return this.#add(this.#characters.write(this.#masker.write(chunk)));
  }

  /** Writes what was kept back, as it might have been the beginning of more. */
  async end(): Promise<void> {
    const written = this.#add(Buffer.concat([this.#characters.write(this.#masker.end()), this.#characters.end()]));
    this.#listener?.end();
    await written;
  }

  /** The last lines of what is in the file. */
  async tail(lines: number): Promise<string> {
    return await tailOf(this.#path, lines);
  }

  #add(bytes: Buffer): Promise<void> {
    this.#listener?.add(bytes);
    if (bytes.length > 0) this.#queue = this.#queue.then(() => this.#append(bytes).catch(() => {}));
    return this.#queue;
  }

  async #append(bytes: Buffer): Promise<void> {
    if (this.#size + bytes.length > partSize) {
      await rename(this.#path, olderPart(this.#path)).catch(() => {});
      this.#size = 0;
    }
    await appendFile(this.#path, bytes, { mode: 0o600 });
    this.#size += bytes.length;
  }
}
