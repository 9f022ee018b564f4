/**
 * One script for `sh -c` that runs commands one after the other, in one shell, until one fails. It is what joining them
 * with ` && ` means, and holds for commands of several lines too, which may end with a comment, a here-document or `&`.
 */
export function joinCommands(commands: readonly string[]): string {
  if (commands.length < 2) return commands.join("");
  // A group must hold a command, and what it is given may be none.
  return commands.map((command) => `{ :\n${command}\n}`).join(" && ");
}
