import { otherwise } from "./otherwise.ts";

/** What documents call the package manager, in place of the whole command that fetches it. */
const pnpm = /\bnpx --yes pnpm@[\d.]+/g;

/** The blocks of commands that a document tells its reader to enter, in their order: the fences of the language sh. */
export function shellBlocks(text: string): string[] {
  return [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = ""]) => block.trimEnd());
}

/** Commands are compared by this: which pnpm is another rule's business. */
export function normalized(command: string): string {
  return command.replace(pnpm, "pnpm").replace(/\s+/g, " ").trim();
}

/** Whether a block or a span is among those that are not entered as they stand in a document. */
export function isOtherwise(command: string): boolean {
  return otherwise.some((entry) => meansCommand(entry.command, command));
}

/** Whether an entry of that list means a block or a span: the whole of it, or of a long one the beginning, and `…`. */
export function meansCommand(entry: string, command: string): boolean {
  const text = normalized(command);
  return entry.endsWith("…") ? text.startsWith(entry.slice(0, -1)) : text === entry;
}

/** What a code span must begin with to be a command; `git push` alone names something. */
const program =
  /^(?:npx|pnpm|npm|node|vitest|curl|docker|kubectl|claude|openssl|unshare|platform|api) \S|^session (?:start|list|show|follow|say|stop)\b|^git \S+ \S/;

/** The commands among a document's code spans, normalized. */
export function commandSpans(text: string): string[] {
  const prose = text.replace(/^```[^\n]*\n[\s\S]*?^```/gm, "");
  const spans = [...prose.matchAll(/(`+)([^`]+)\1/g)].map(([, , span = ""]) => normalized(span));
  return spans.filter((span) => program.test(span));
}

/** Languages of fences that are not entered. */
const languages: ReadonlySet<string> = new Set([
  ...["sh", "yaml", "json", "js", "sql", "text", "procfile", "nginx", "caddyfile"],
]);

/** Places where code stands so that nobody can tell whether it is to be entered, or where commands hide. */
export function unclearCode(text: string): string[] {
  const fences = [...text.matchAll(/^```([^\n]*)\n([\s\S]*?)^```/gm)];
  const rest = text.replace(/^```[^\n]*\n[\s\S]*?^```/gm, "");
  const indented = [...rest.matchAll(/^\n {4}(\S.*)$/gm)].map(([, line = ""]) => `code that is indented: ${line}`);
  const hidden = fences.flatMap(([, language = "", block = ""]) => {
    if (!languages.has(language)) return [`a fence of ${language || "no language"}`];
    // Shells do not all take one that is typed: zsh, which macOS has, does not.
    if (language === "sh") return [...block.matchAll(/(?:^|\s)# .*$/gm)].map(([text]) => `a comment: ${text.trim()}`);
    if (language !== "text") return [];
    const commands = block.split("\n").filter((line) => program.test(normalized(line.replace(/^\$ /, ""))));
    return commands.map((line) => `a command in a fence of text: ${line.trim()}`);
  });
  return [...indented, ...hidden];
}

/** Whether a command stands in a block; words in capitals stand for anything. */
export function isEntered(command: string, blocks: readonly string[]): boolean {
  const words = command.split(" ").map((word) => (/^[A-Z]{2}[A-Z/_]*$/.test(word) ? "\\S+" : escaped(word)));
  const pattern = new RegExp(`(?<![\\w-])${words.join(" ")}(?![\\w-])`);
  return blocks.some((block) => pattern.test(normalized(block)));
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
