type Given<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

/** What a PATCH changes: its values without those that it leaves out. Null stays, for it clears. */
export function given<T extends object>(body: T): Given<T> {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)) as Given<T>;
}
