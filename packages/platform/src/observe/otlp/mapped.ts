import type { Owner } from "../records.ts";
import type { Claim } from "./record-parts.ts";

/** A record but for its owner, or why it cannot be one. */
export type Mapped<R extends Owner> =
  | { readonly claim: Claim; readonly record: Unowned<R> }
  | { readonly rejected: string };

export type Unowned<R extends Owner> = Omit<R, keyof Owner>;
