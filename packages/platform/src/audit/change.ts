/** What differs between a row before and after it was changed, as `audit.record` takes it; not its `updated_at`. */
export function changeOf<Row extends object>(
  before: Row,
  after: Row,
): { readonly before: Record<string, unknown>; readonly after: Record<string, unknown> } {
  const was = new Map<string, unknown>(Object.entries(before));
  const differing = Object.entries(after).filter(
    ([name, value]) => name !== "updated_at" && JSON.stringify(was.get(name)) !== JSON.stringify(value),
  );
  return {
    before: Object.fromEntries(differing.map(([name]) => [name, was.get(name) ?? null])),
    after: Object.fromEntries(differing),
  };
}
