import type { PushOrigin } from "./audit-ref-updates.ts";
import type { RefChange } from "./ref-change.ts";

/** A change that was announced, by a push or a merge. */
export interface Announcement extends RefChange {
  readonly id: number;
  readonly push: PushOrigin;
}

/** A change that happened, with what announced it, if anything did. */
export interface RefUpdate extends RefChange {
  readonly announced?: Announcement;
}
