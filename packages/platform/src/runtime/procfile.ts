/** A line that names a process and what runs it: `web: npm start`. */
const entry = /^([A-Za-z0-9_-]+):[ \t]*(.*)$/;

/**
 * The commands of a `Procfile` by the names of their processes. A line that is no entry means nothing, as anywhere else
 * where such files are read; of several entries with one name the last one counts.
 */
export function parseProcfile(text: string): ReadonlyMap<string, string> {
  const commands = new Map<string, string>();
  for (const line of text.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/)) {
    const [, name, command = ""] = entry.exec(line) ?? [];
    if (name !== undefined && command.trim() !== "") commands.set(name, command.trim());
  }
  return commands;
}
