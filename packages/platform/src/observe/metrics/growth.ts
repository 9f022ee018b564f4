import { type RawBuilder, sql } from "kysely";

/**
 * The seconds in which a point has come about. Of what counts on they are those since the point before, so that a step
 * of which only a part is over is not taken for a slow one. What is sent only when something has happened has come about
 * in its step, however long ago the point before was.
 */
export function secondsOf(isDelta: boolean, stepSeconds: number): RawBuilder<number> {
  const since = sql<number>`extract(epoch from ts - ts_before)::float8`;
  return isDelta ? sql<number>`least(${since}, ${stepSeconds}::float8)` : since;
}
