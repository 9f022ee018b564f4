import { type Selectable, sql } from "kysely";
import type { Logger } from "pino";
import type { Queryable } from "../../db/queryable.ts";
import type { AlertRulesTable } from "../../db/schema.ts";
import { Problem } from "../../problem.ts";
import { firingMessage } from "./firing-message.ts";
import { type KnownAlert, nextAlertState, type Reading } from "./next-alert-state.ts";
import { QueryError } from "./query-error.ts";
import { parseAlertQuery } from "./query-language.ts";
import type { ReadValue } from "./read-value.ts";
import { startFiring, stopFiring } from "./tell-alert.ts";

export interface EvaluationServices {
  readonly db: Queryable;
  readonly readValue: ReadValue;
  readonly logger: Pick<Logger, "error">;
  /** Projects of which a rule is evaluated here at the moment: no other of theirs is, for the sake of all others. */
  readonly busy: Set<string>;
}

/** Seconds between two evaluations of a rule, unless it is to fire sooner than that. */
const usualPause = 30;

interface DueRule extends Selectable<AlertRulesTable> {
  /** Milliseconds of the database's clock. */
  readonly now: number;
}

/**
 * Evaluates the rule that has waited longest, once for all platforms on the database: until its state, what is told of
 * it and when it is due again are committed together, it is locked, and whatever ends before that has done nothing.
 * False when none is due that nobody evaluates already.
 */
export async function evaluateNext(services: EvaluationServices): Promise<boolean> {
  return await services.db.transaction().execute(async (transaction) => {
    const rule = await lockDueRule(transaction, services.busy);
    if (rule === undefined) return false;
    const { reading, error } = await readAlone(rule, services);
    const value = reading.kind === "value" ? reading.value : null;
    const next = nextAlertState(knownOf(rule), rule, reading, rule.now);
    if (next.event === "firing") await startFiring(transaction, rule, value, firingMessage(rule, value));
    if (next.event === "resolved") await stopFiring(transaction, rule, value);
    await transaction
      .updateTable("alert_rules")
      .where("id", "=", rule.id)
      .set({
        ...{ state: next.state, state_since: time(next.since), last_value: value, error },
        no_data_since: next.noDataSince === null ? null : time(next.noDataSince),
        last_evaluated_at: time(rule.now),
        evaluate_at: time(rule.now + Math.min(usualPause, rule.for_seconds) * 1000),
      })
      .execute();
    return true;
  });
}

/** Whether there is a rule to evaluate: it costs a third of finding none in a transaction, and mostly there is none. */
export async function isAnyDue({ db, busy }: EvaluationServices): Promise<boolean> {
  return (await dueRules(db, busy).select("id").limit(1).executeTakeFirst()) !== undefined;
}

function dueRules(db: Queryable, busy: ReadonlySet<string>) {
  return db
    .selectFrom("alert_rules")
    .where("enabled", "=", true)
    .where("evaluate_at", "<=", sql<string>`now()`)
    .where(
      sql<boolean>`(project_id is null or exists (select from projects where projects.id = project_id and is_active))`,
    )
    .where(sql<boolean>`(project_id is null or project_id <> all (${[...busy]}::uuid[]))`);
}

async function lockDueRule(db: Queryable, busy: ReadonlySet<string>): Promise<DueRule | undefined> {
  return await dueRules(db, busy)
    .selectAll()
    .select(sql<number>`floor(extract(epoch from now()) * 1000)::float8`.as("now"))
    .orderBy("evaluate_at")
    .limit(1)
    // Events refer to it.
    .forNoKeyUpdate()
    .skipLocked()
    .executeTakeFirst();
}

function knownOf({ state, state_since, no_data_since, last_evaluated_at }: DueRule): KnownAlert {
  return {
    state,
    since: Date.parse(state_since),
    noDataSince: no_data_since === null ? null : Date.parse(no_data_since),
    lastEvaluatedAt: last_evaluated_at === null ? null : Date.parse(last_evaluated_at),
  };
}

async function readAlone(rule: DueRule, services: EvaluationServices): ReturnType<typeof read> {
  const { project_id: project } = rule;
  if (project !== null) services.busy.add(project);
  try {
    return await read(rule, services);
  } finally {
    if (project !== null) services.busy.delete(project);
  }
}

async function read(
  rule: DueRule,
  { readValue, logger }: EvaluationServices,
): Promise<{ readonly reading: Reading; readonly error: string | null }> {
  const unknown = (error: string) => ({ reading: { kind: "unknown" }, error }) as const;
  try {
    const value = await readValue({
      projectId: rule.project_id,
      query: parseAlertQuery(rule.query),
      now: rule.now,
    });
    if (value === null) return { reading: { kind: "nothing" }, error: null };
    if (!Number.isFinite(value)) return unknown("the value is not a finite number");
    return { reading: { kind: "value", value }, error: null };
  } catch (error) {
    if (error instanceof QueryError || error instanceof Problem) return unknown(error.message);
    logger.error({ err: error, alert: rule.id }, "evaluating an alert rule");
    return unknown("an error of the platform, which its log tells of");
  }
}

function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
