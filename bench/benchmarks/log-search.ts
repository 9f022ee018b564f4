import { Pool } from "undici";
import type { Benchmark, Contender, Sample } from "../lib/benchmark.ts";
import { Disposables } from "../lib/disposables.ts";
import { askLogs, type LogQuestion, logQuestions } from "../lib/log-questions.ts";
import { type Logged, openLogged } from "../lib/logged.ts";

/** Rows of all projects together. */
const sizes = [
  { name: "50 thousand", rows: 50_000 },
  { name: "5 million", rows: 5_000_000 },
] as const;
/** How many times each question is asked in a run. */
const requests = 20;

/** What a search of logs costs, however many there are. */
export const logSearch: Benchmark = {
  name: "log-search",
  summary: `A page of a project's logs over HTTP on one connection, by several questions, each ${requests} times a run, in databases of 50 thousand and of 5 million logs of 20 projects in a week, a fifth of them the project's: the newest of the last hour; a text within a day, today's and another, which is rare or in a third of all; the first and the 500th page of the week. Against plain SQL over the 50 thousand, without total and by OFFSET.`,
  runs: 15,
  warmUp: 2,
  prepare: () =>
    Disposables.open(async (opened) => {
      const contenders: Contender[] = [];
      for (const { name, rows } of sizes) {
        const logged = opened.use(await openLogged(rows));
        const pool = new Pool(logged.url, { connections: 1 });
        opened.use({ [Symbol.asyncDispose]: () => pool.close() });
        const questions = await logQuestions(pool, logged);
        contenders.push(
          { name: `SQL, ${name}`, run: () => timed(questions, (question) => bySql(logged, question)) },
          { name: `platform, ${name}`, run: () => timed(questions, (question) => askLogs(pool, logged, question)) },
        );
      }
      const [baseline, ...others] = contenders;
      if (baseline === undefined) throw new Error("there is nothing to compare with");
      return { baseline, contenders: others };
    }),
};

async function timed(
  questions: readonly LogQuestion[],
  ask: (question: LogQuestion) => Promise<{ items: readonly unknown[] }>,
): Promise<Sample> {
  const sample: Record<string, number> = {};
  for (const question of questions) {
    const begin = performance.now();
    for (let count = 0; count < requests; count++) {
      const { items } = await ask(question);
      if (items.length !== question.expected) throw new Error(`${question.name}: ${items.length} logs`);
    }
    sample[`ms, ${question.name}`] = (performance.now() - begin) / requests;
  }
  return sample;
}

async function bySql({ database, project }: Logged, { from, to, text, skipped, limit }: LogQuestion) {
  const { rows } = await database.query(
    `select * from telemetry_logs where project_id = $1 and ts between $2 and $3 and message ilike $4
     order by ts desc, id desc limit $5 offset $6`,
    [project, from, to, `%${text ?? ""}%`, limit, skipped],
  );
  return { items: rows };
}
