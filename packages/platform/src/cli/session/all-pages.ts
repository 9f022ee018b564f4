/** The items of a list, asked for page by page as they are used. */
export async function* allPages<Item>(
  ask: (page: { readonly limit: number; readonly offset: number }) => Promise<{ readonly items: readonly Item[] }>,
): AsyncGenerator<Item, void> {
  const limit = 100;
  for (let offset = 0; ; offset += limit) {
    const { items } = await ask({ limit, offset });
    yield* items;
    if (items.length < limit) return;
  }
}
