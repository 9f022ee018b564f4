/** Characters of one problem, and how many of them, are passed on: git, hooks and file names may say anything. */
const most = { characters: 1000, problems: 20 };

/** What went wrong, as users are told it. */
export function shownProblems(problems: readonly string[]): readonly string[] {
  const shown = problems.slice(0, most.problems).map((text) => {
    return text.length > most.characters ? `${text.slice(0, most.characters)}…` : text;
  });
  const more = problems.length - shown.length;
  return more === 0 ? shown : [...shown, `and ${more} more`];
}

export function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
