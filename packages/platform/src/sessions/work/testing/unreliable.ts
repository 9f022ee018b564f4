import type { Queryable } from "../../../db/queryable.ts";

/** A database that rejects whatever is begun while the connection is lost. */
export function unreliable(db: Queryable, connection: { readonly isLost: boolean }): Queryable {
  return db.withPlugin({
    transformQuery: ({ node }) => {
      if (connection.isLost) throw new Error("the connection is lost");
      return node;
    },
    transformResult: async ({ result }) => result,
  });
}
