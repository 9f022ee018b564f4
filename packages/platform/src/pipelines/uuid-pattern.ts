/** What an id looks like, as a part of a larger pattern: names of files that are none must not reach the database. */
export const uuidPattern = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
