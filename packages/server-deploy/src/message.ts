import { type Part, text } from "@platform-mcp/server-kit";

/** What is wrong, with the last lines of a log where the platform knows them; nothing when all is well. */
export function messagePart(message: string | null | undefined): readonly Part[] {
  if (!message) return [];
  const cut = () => "The message is longer than an answer may be and was cut.";
  return [text({ key: "message", text: message, keep: "tail", share: 0.6, rest: cut, lineCut: cut })];
}
