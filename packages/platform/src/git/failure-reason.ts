import { ProgressLines } from "./progress-lines.ts";

/** What git said went wrong, as one line. */
export function failureReason(stderr: string): string {
  if (stderr.includes("terminal prompts disabled")) return "it asks for a user name and password";
  const lines = new ProgressLines().add(`${stderr}\n`).filter((line) => /^(?:fatal|error|ssh): |^[^:]+: /.test(line));
  return (
    lines
      .map((line) => line.replace(/^(?:fatal|error): /, ""))
      .join("; ")
      .slice(0, 500) || "git failed"
  );
}
