import { type Part, text } from "@platform-mcp/server-kit";

interface LongText {
  /** The call that shows it, such as `get_issue with number=4`. */
  readonly call: string;
  /** The line that is shown first, from 1. */
  readonly first: number;
  /** Whether something is shown below it, which needs room too. */
  readonly more: boolean;
}

/** The body of an issue or a merge request, from a line on; nothing where it has none. */
export function bodyFrom(body: string | null | undefined, { call, first, more }: LongText): readonly Part[] {
  if (body === null || body === undefined || body.trim() === "") return [];
  const lines = body.split("\n");
  const lineAt = (line: number) => first + line - 1;
  return [
    text({
      key: "body",
      share: more ? 0.6 : 1,
      text: lines.slice(first - 1).join("\n"),
      position: { key: "body_lines", value: ({ from, to }) => `${lineAt(from)}-${lineAt(to)} of ${lines.length}` },
      rest: ({ to }) => `The body goes on: ${call} and from_line=${lineAt(to) + 1}.`,
      lineCut: ({ to }) =>
        `Line ${lineAt(to)} is longer than an answer may be and was cut. What follows: ${call} and from_line=${lineAt(to) + 1}.`,
    }),
  ];
}
