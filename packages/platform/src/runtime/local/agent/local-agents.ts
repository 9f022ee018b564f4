import type { AgentEvents, AgentPlan, RunningAgent } from "../../agent.ts";
import type { LocalServices } from "../local-services.ts";
import { makeRoom } from "../room.ts";
import { searchPath } from "../search-path.ts";
import { findPrograms } from "./agent-programs.ts";
import { LocalAgent } from "./local-agent.ts";
import { prepareStages, type StageOptions } from "./prepare-stages.ts";

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

type Options = AgentSite & Pick<StageOptions, "dataDirectory"> & { readonly rooms: string };

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
    const room = await makeRoom(this.#options.rooms);
    try {
      const prepared = { ...this.#options, programs, plan, room, output: events.output };
      const { stages, leaveNothing } = await prepareStages(this.#services, prepared, saveSeconds);
      await events.starting(null);
      signal.throwIfAborted();
      const dispose = async () => {
        await this.#services.remove(room);
        await leaveNothing();
        if (this.#running.get(plan.sessionId) === agent) this.#running.delete(plan.sessionId);
      };
      const agent = await LocalAgent.start(stages, { mostSeconds: plan.mostSeconds, dispose }, signal);
      this.#running.set(plan.sessionId, agent);
      return agent;
    } catch (error) {
      await this.#services.remove(room);
      throw error;
    }
  }
}
