/**
 * A place in a list of telemetry, as a tool's `cursor` names it: `PAGE~POSITION~SKIP`. Platforms that know no pages are
 * asked by number alone: `~POSITION`.
 */
export interface Place {
  /** What the platform goes on after; undefined for the beginning of the list. */
  readonly before: string | undefined;
  /** How many items have been shown so far. */
  readonly position: number;
  /** How many of them come after `before`: they did not fit, all of them. */
  readonly skip: number;
}

export const cursorPattern = /^[\w.-]*(~\d{1,9}){0,2}$/;

export function readPlace(cursor = ""): Place {
  const [before = "", position = "0", skip = before === "" ? position : "0"] = cursor.split("~");
  return { before: before === "" ? undefined : before, position: Number(position), skip: Number(skip) };
}

export function placeText({ before, position, skip }: Place): string {
  return `${before ?? ""}~${position}${before === undefined || skip === 0 ? "" : `~${skip}`}`;
}
