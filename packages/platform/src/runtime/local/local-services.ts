import type { Confinement } from "./confinement.ts";
import type { Room } from "./room.ts";

/** What everything that runs here is run with. */
export interface LocalServices {
  readonly confinement: Confinement;
  /** Seconds without a sign of life from the platform after which what runs ends. */
  readonly watchSeconds: number;
  /** Seconds between the request to end and the end. */
  readonly graceSeconds: number;
  /** Removes a room in which nothing runs any more, or notes why that is not possible. */
  remove(room: Room): Promise<void>;
}
