import type { AuditRecord } from "../audit/entry.ts";
import { recordByOperator } from "../audit/operator.ts";
import type { PlatformConfig } from "../config.ts";
import type { Queryable } from "../db/queryable.ts";
import { Problem } from "../problem.ts";
import type { Store } from "../store.ts";
import { UserError } from "../user-error.ts";
import { withStore } from "./with-store.ts";

/** Says what a command did, once for each thing it changed. */
export type RecordChange = (what: AuditRecord) => Promise<void>;

/**
 * Runs a command that writes, in one transaction with its lines in the audit log.
 * @param command its words, such as `role grant`
 * @throws UserError where the API would answer with a problem
 */
export async function operate<T>(
  config: PlatformConfig,
  command: string,
  work: (db: Queryable, record: RecordChange, store: Store) => Promise<T>,
): Promise<T> {
  try {
    return await withStore(config, (store) =>
      store.db
        .transaction()
        .execute((transaction) =>
          work(transaction, (what) => recordByOperator(transaction, `platform ${command}`, what), store),
        ),
    );
  } catch (error) {
    throw error instanceof Problem ? new UserError(error.message) : error;
  }
}
