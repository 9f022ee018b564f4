import type { Store } from "@platform-mcp/platform";

type Pool = Store["pool"];

/** Days with logs, today the last of them; each has as many. */
export const days = 7;
/** Whose logs there are; the one that is searched has as many of them as this part. */
const others = 19;
const share = 0.2;

/** In one message of three; in every day of the project that is searched; in as many of its messages a day. */
export const words = { common: "answered", rare: "xylophone", rareADay: 5 };

/** Midnight, so many days ago, in UTC. */
export function midnight(daysAgo: number): Date {
  const today = new Date(new Date().toISOString().slice(0, 10));
  return new Date(today.getTime() - daysAgo * 86_400_000);
}

/**
 * Fills the days of which there are partitions with logs as web services write them, of a project and of others, each at
 * random times of the day; today's are of the time until now.
 */
export async function fillLogs(pool: Pool, project: string, rows: number): Promise<void> {
  for (let day = days - 1; day >= 0; day--) {
    const from = midnight(day);
    const to = new Date(Math.min(midnight(day - 1).getTime() - 1, Date.now()));
    await pool.query(insert, [Math.round(rows / days), from, to, project, share, others, words.rareADay]);
  }
  await pool.query("vacuum analyze telemetry_logs");
}

/** In the order of time, as logs come. */
const insert = `
  with vocabulary as (
    select array['user', 'order', 'cart', 'invoice', 'payment', 'session', 'queue', 'cache', 'index', 'shard', 'token',
      'worker', 'retry', 'timeout', 'connection', 'pool', 'upstream', 'replica', 'quota', 'webhook'] as nouns,
      array['created', 'updated', 'expired', 'rejected', 'accepted', 'scheduled', 'flushed', 'evicted', 'opened',
      'closed'] as verbs,
      array(select gen_random_uuid() from generate_series(1, $6::int)) as others
  )
  insert into telemetry_logs (id, ts, project_id, trace_id, span_id, service, level, message, attributes)
  select gen_random_uuid(), $2::timestamptz + (i::float8 / $1) * ($3::timestamptz - $2::timestamptz),
    case when i % 1000000 <= $7 or random() < $5 then $4::uuid else others[1 + floor(random() * $6)::int] end,
    case when random() < 0.1 then md5(random()::text) end, null,
    'service-' || floor(random() * 8), (array[2, 2, 2, 2, 2, 2, 1, 3, 3, 4])[1 + floor(random() * 10)::int],
    case when i <= $7 then 'the xylophone of ' || i || ' was tuned' when random() < 1 / 3.0
      then 'GET /api/' || nouns[1 + floor(random() * 20)::int] || 's/' || floor(random() * 1e6) || ' answered 200 in '
        || floor(random() * 900) || ' ms for ' || md5(random()::text)
      else nouns[1 + floor(random() * 20)::int] || ' ' || floor(random() * 1e6) || ' ' || verbs[1 + floor(random() * 10)::int]
        || ' by ' || nouns[1 + floor(random() * 20)::int] || ' ' || md5(random()::text) || ' after '
        || floor(random() * 1e4) || ' ms' end,
    jsonb_build_object('host', 'node-' || floor(random() * 9), 'pid', floor(random() * 30000))
  from generate_series(1, $1::int) as i, vocabulary
`;
