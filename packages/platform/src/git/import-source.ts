import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ImportError } from "./import-error.ts";

export interface ImportSource {
  readonly kind: "local" | "http" | "ssh";
  /** What git is given, and what messages may show: it holds no password. */
  readonly location: string;
  /** For http: the URL with user and password, as git's credential store writes it. */
  readonly credential?: string;
}

const accepted = "an https, http or ssh URL, host:path, or a local path";

function parseUrl(text: string): URL {
  try {
    return new URL(text);
  } catch {
    throw new ImportError("the URL of the repository to import is not valid");
  }
}

function fromUrl(text: string): ImportSource {
  const url = parseUrl(text);
  if (url.protocol === "file:") return { kind: "local", location: fileURLToPath(url) };
  if (url.protocol === "ssh:") {
    url.password = "";
    return { kind: "ssh", location: url.href };
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new ImportError(`cannot import from ${url.protocol}// URLs: give ${accepted}`);
  }
  const { username, password, protocol, host } = url;
  url.username = "";
  url.password = "";
  const credential = username || password ? `${protocol}//${username}:${password}@${host}` : undefined;
  return { kind: "http", location: url.href, ...(credential === undefined ? {} : { credential }) };
}

/**
 * Tells what a user's words for a repository mean, by git's own rule: `scheme://`, else `host:path` when a colon comes
 * before any slash, else a local path. Throws `ImportError` for what is not imported from.
 */
export function importSource(source: string): ImportSource {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (source.trim() === "" || /[\0-\x1f\x7f]/.test(source)) throw new ImportError(`give ${accepted} to import`);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(source)) return fromUrl(source);
  const transport = /^([a-z0-9+.-]+)::/i.exec(source)?.[1];
  if (transport !== undefined) throw new ImportError(`cannot import through ${transport}::, give ${accepted}`);
  if (/^[^/]*:/.test(source)) {
    if (source.startsWith("-")) throw new ImportError(`give ${accepted} to import`);
    return { kind: "ssh", location: source };
  }
  return { kind: "local", location: resolve(source) };
}
