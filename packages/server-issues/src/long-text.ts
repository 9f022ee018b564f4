import { note, type Part, text } from "@platform-mcp/server-kit";

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
  const lines = body?.trim() ? body.replace(/\n$/, "").split("\n") : [];
  if (lines.length === 0 && first === 1) return [];
  if (first > lines.length) return [note(`The body has ${lines.length} lines; there are none from line ${first} on.`)];
  const lineAt = (line: number) => first + line - 1;
  const goesOn = (line: number) => `${call} and from_line=${lineAt(line) + 1}`;
  return [
    text({
      key: "body",
      share: more ? 0.6 : 1,
      text: lines.slice(first - 1).join("\n"),
      position: {
        key: "body_lines",
        value: ({ to, of }) => (first === 1 && to === of ? undefined : `${first}-${lineAt(to)} of ${lineAt(of)}`),
      },
      rest: ({ to }) => `The body goes on: ${goesOn(to)}.`,
      lineCut: ({ to, of }) =>
        `Line ${lineAt(to)} is longer than an answer may be and was cut.${to < of ? ` What follows: ${goesOn(to)}.` : ""}`,
    }),
  ];
}
