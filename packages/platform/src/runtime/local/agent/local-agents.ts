import type { AgentEvents, AgentPlan, RunningAgent } from "../../agent.ts";
import type { LocalServices } from "../local-services.ts";
import { makeRoom } from "../room.ts";
import { searchPath } from "../search-path.ts";
import { findPrograms } from "./agent-programs.ts";
import { LocalAgent } from "./local-agent.ts";
import { prepareStages } from "./prepare-stages.ts";
import type { Rescued } from "./rescued.ts";

/** Where agents run here. */
export interface AgentSite {
  /** The base URL at which the platform answers on this machine. */
  readonly platformUrl: string;
  /** The directory with `runner.js` and `servers`, as `pnpm build` makes it. */
  readonly bundles: string;
  /** Where it is looked for programs; the platform's own PATH. */
  readonly path?: string;
  /** Seconds in which an agent that is asked to end may save its work; 120. */
  readonly saveSeconds?: number;
}

interface Options extends AgentSite {
  /** The directory for rooms. */
  readonly rooms: string;
  readonly rescued: Rescued;
}

/** The agents of this process. */
export class LocalAgents {
  readonly #services: LocalServices;
  readonly #options: Options;
  readonly #running = new Map<string, RunningAgent>();

  constructor(services: LocalServices, options: Options) {
    this.#services = services;
    this.#options = options;
  }

  /** As `Runtime.startAgent`. */
  async start(plan: AgentPlan, events: AgentEvents, signal: AbortSignal): Promise<RunningAgent> {
    signal.throwIfAborted();
    const { saveSeconds = 120, path = searchPath, bundles } = this.#options;
    const programs = await findPrograms(bundles, path);
    await this.#running.get(plan.sessionId)?.dispose();
    const { rooms, rescued, platformUrl } = this.#options;
    const room = await makeRoom(rooms);
    const leaveNothing = async () => {
      await this.#services.remove(room);
      await rescued.tidy(plan.sessionId);
    };
    try {
      const rescue = await rescued.make(plan.sessionId);
      const options = { programs, plan, room, rescue, platformUrl, output: events.output };
      const stages = await prepareStages(this.#services, options, saveSeconds);
      await events.starting(null);
      signal.throwIfAborted();
      const dispose = async () => {
        await leaveNothing();
        if (this.#running.get(plan.sessionId) === agent) this.#running.delete(plan.sessionId);
      };
      const agent = await LocalAgent.start(stages, { mostSeconds: plan.mostSeconds, dispose }, signal);
      this.#running.set(plan.sessionId, agent);
      return agent;
    } catch (error) {
      await leaveNothing();
      throw error;
    }
  }
}
