import { once } from "node:events";
import type { AgentEvents, AgentExit, AgentPlan, AgentStage, RunningAgent } from "../agent.ts";
import type { Runtime } from "../runtime.ts";
import { FakeAgent } from "./fake-agent.ts";

/** What an agent can do, as its script sees it. */
export interface ScriptedAgent {
  readonly plan: AgentPlan;
  /** Prints a text, which may be any part of a line; resolves once that was handed on, where somebody reads it. */
  print(text: string, stage?: AgentStage): Promise<void>;
  /** Aborted when it is asked to end. */
  readonly stopping: AbortSignal;
}

/** What an agent does once it runs, and how that ends: with exit code 0 unless it says otherwise. */
export type AgentScript = (agent: ScriptedAgent) => Promise<Partial<AgentExit> | undefined>;

export interface FakeAgentsOptions {
  readonly scriptOf?: (plan: AgentPlan) => AgentScript;
  /** Before an agent starts; it may reject. */
  readonly prepare?: (plan: AgentPlan) => Promise<unknown>;
  /** Whether agents outlive who started them and can be resumed, as pods do. */
  readonly survive?: boolean;
}

/** Agents that run nothing, but behave as agents do; platforms that share them share what runs them. */
export interface FakeAgents extends Pick<Runtime, "keepsRescued" | "startAgent" | "resumeAgent" | "removeOrphans"> {
  readonly plans: readonly AgentPlan[];
  /** What happened, in order, each as `<session> <event>`. */
  readonly log: readonly string[];
  /** What must never happen: an agent that was started twice. */
  readonly violations: readonly string[];
  /** The sessions whose agents run, or have left something that nobody has removed. */
  present(): readonly string[];
}

export function createFakeAgents(options: FakeAgentsOptions = {}): FakeAgents {
  const { scriptOf = () => async () => undefined, prepare, survive = false } = options;
  const plans: AgentPlan[] = [];
  const log: string[] = [];
  const violations: string[] = [];
  const started = new Set<string>();
  const agents = new Map<string, FakeAgent>();

  const handleOf = (sessionId: string, agent: FakeAgent, exited: Promise<AgentExit>): RunningAgent => ({
    exited,
    stop: () => {
      log.push(`${sessionId} stopped`);
      agent.stop();
    },
    keepAlive: () => log.push(`${sessionId} kept alive`),
    detach: () => {
      if (survive) agent.detach();
      log.push(`${sessionId} ${survive ? "detached" : "not detached"}`);
      return survive;
    },
    dispose: async () => {
      await agent.kill();
      if (agents.delete(sessionId)) log.push(`${sessionId} disposed`);
    },
  });

  return {
    keepsRescued: !survive,
    plans,
    log,
    violations,
    present: () => [...agents.keys()],
    startAgent: async (plan: AgentPlan, events: AgentEvents, signal: AbortSignal) => {
      const { sessionId } = plan;
      plans.push(plan);
      log.push(`${sessionId} prepares`);
      signal.throwIfAborted();
      if (prepare !== undefined) await Promise.race([prepare(plan), once(signal, "abort")]);
      signal.throwIfAborted();
      await events.starting(survive ? `agent-${sessionId}` : null);
      signal.throwIfAborted();
      if (started.has(sessionId)) violations.push(`${sessionId} was started twice`);
      started.add(sessionId);
      log.push(`${sessionId} starts`);
      const agent = new FakeAgent(plan, scriptOf(plan), survive);
      agents.set(sessionId, agent);
      return handleOf(sessionId, agent, agent.attach(events, 0));
    },
    resumeAgent: async ({ sessionId, cursor }, events) => {
      const agent = agents.get(sessionId);
      if (agent === undefined || !survive) return undefined;
      log.push(`${sessionId} resumed`);
      return handleOf(sessionId, agent, agent.attach(events, Number(cursor ?? 0)));
    },
    removeOrphans: async (isWanted) => {
      for (const [sessionId, agent] of agents) {
        if (await isWanted({ kind: "agent", sessionId })) continue;
        await agent.kill();
        agents.delete(sessionId);
        log.push(`${sessionId} removed`);
      }
    },
  };
}
