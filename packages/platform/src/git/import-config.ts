import { writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { ImportSource } from "./import-source.ts";

/** What libcurl reads of the caller's network. */
const networkVariables = ["http_proxy", "https_proxy", "all_proxy", "no_proxy"].flatMap((name) => [
  name,
  name.toUpperCase(),
]);
/** What libcurl reads of the certificates that it trusts. */
export const certificateVariables = ["SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE"];

/** What there is of these variables in the platform's own environment. */
export function inherited(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/**
 * Writes the git configuration of one import into its private directory, and gives the environment that names it.
 * It is a file, as git starts other programs on the source without the settings in its environment; and the password
 * is in a file, as URLs appear in the arguments of those programs.
 */
export async function importEnvironment(source: ImportSource, scratch: string): Promise<Record<string, string>> {
  const config = join(scratch, "gitconfig");
  const credentials = join(scratch, "credentials");
  // A source that belongs to somebody else is the caller's to give; nothing in it is executed.
  let text = "[safe]\n\tdirectory = *\n[core]\n\thooksPath = /dev/null\n[fetch]\n\tunpackLimit = 1\n";
  // A server that has stopped sending must not hold the import for ever.
  text += "[http]\n\tlowSpeedLimit = 1\n\tlowSpeedTime = 60\n";
  if (source.credential !== undefined) {
    await writeFile(credentials, `${source.credential}\n`, { mode: 0o600 });
    const quoted = credentials.replaceAll("'", "'\\''");
    text += `[credential]\n\thelper = ${JSON.stringify(`store --file='${quoted}'`)}\n`;
  }
  await writeFile(config, text, { mode: 0o600 });
  const environment = { GIT_CONFIG_GLOBAL: config, GIT_ALLOW_PROTOCOL: "https:http:ssh:file" };
  if (source.kind === "http") return { ...environment, ...inherited([...networkVariables, ...certificateVariables]) };
  if (source.kind === "local") return environment;
  return {
    ...environment,
    ...inherited(["SSH_AUTH_SOCK"]),
    // Where ssh finds the caller's keys and known hosts.
    HOME: homedir(),
    GIT_SSH_COMMAND: "ssh -oBatchMode=yes -oConnectTimeout=30",
  };
}
