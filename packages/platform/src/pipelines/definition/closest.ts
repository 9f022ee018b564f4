/** The one of the names that a misspelt one most likely stands for; undefined when none is near. */
export function closest(name: string, names: readonly string[]): string | undefined {
  const wanted = plain(name);
  return names
    .map((other) => ({ other, edits: editsBetween(wanted, plain(other)) }))
    .filter(({ other, edits }) => edits <= Math.floor((plain(other).length - 1) / 3) && edits <= 2)
    .sort((a, b) => a.edits - b.edits)[0]?.other;
}

/** `dependsOn`, `depends-on` and `depends_on` differ in style only. */
function plain(name: string): string {
  return name.slice(0, 100).toLowerCase().replace(/[-_ ]/g, "");
}

/** How many characters must be inserted, deleted, replaced or swapped with their neighbour to make one of the other. */
function editsBetween(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(beforeLast, j - 2) + 1 : Infinity;
      row.push(Math.min(replaced, swapped, at(last, j) + 1, at(row, j - 1) + 1));
    }
    [beforeLast, last] = [last, row];
  }
  return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
