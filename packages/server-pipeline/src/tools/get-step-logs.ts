import { pipelines } from "@platform-mcp/client";
import { ArgumentError, defineTool, named, note, record } from "@platform-mcp/server-kit";
import * as z from "zod";
import { pipelineId, step } from "../arguments.ts";
import { why } from "../endings.ts";
import { grepLog } from "../log/grep-log.ts";
import { rangeOfLog } from "../log/range-of-log.ts";
import { findStep } from "../steps.ts";

const line = z.int().min(1).optional();

export const getStepLogs = defineTool({
  name: "get_step_logs",
  title: "Get step logs",
  description:
    "Show a step's log, also while it runs: its last 100 lines, a range of lines, or the lines that match `grep`. Lines have their numbers.",
  risk: "read",
  input: {
    pipeline_id: pipelineId,
    step: step.optional().describe("Name or id; the one that failed if omitted"),
    tail: z.int().min(1).max(5000).optional().describe("Last lines; 100 by default"),
    from_line: line,
    to_line: line,
    grep: z.string().min(1).max(500).optional().describe("Regular expression, case ignored"),
    context: z.int().min(0).max(20).default(2).describe("Lines around each match"),
  },
  output: {
    step: z.string(),
    status: z.string(),
    why: z.string().nullable(),
    matches: z.string().optional(),
    lines: z.string().optional(),
    log: z.string().optional(),
  },
  uses: [pipelines.getPipeline, pipelines.getStepLogs],
  async run({ api, project }, { pipeline_id, step: wanted, grep, context, ...range }) {
    const { tail, from_line, to_line } = range;
    if (tail !== undefined && (from_line ?? to_line ?? grep) !== undefined) {
      throw new ArgumentError("tail goes with none of from_line, to_line and grep");
    }
    if (to_line !== undefined && to_line < (from_line ?? 1)) {
      throw new ArgumentError("to_line must not be less than from_line");
    }
    const pipeline = await api.call(pipelines.getPipeline, { project_id: project, pipeline_id });
    const step = findStep(pipeline, wanted);
    const about = record({
      step: named(step.name),
      status: step.status,
      why: step.status === "success" ? null : why(step),
    });
    if (step.log_ref === null && (step.status === "pending" || step.status === "skipped")) {
      return [about, note("It has not run: there is no log.")];
    }
    const of = { project_id: project, pipeline_id, step_id: step.id };
    const isRunning = step.status === "running";
    const parts =
      grep === undefined
        ? await rangeOfLog(api, { of, range, isRunning })
        : await grepLog(api, { of, range, isRunning, grep, context });
    return [about, ...parts];
  },
});
