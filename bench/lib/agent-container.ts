import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { read } from "../../scripts/lib/image/host.ts";
import type { RunnerImage } from "./runner-image.ts";

/** As a hardened pod has them. */
const hardened = [
  ...["run", "--detach", "--rm", "--network=host", "--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges"],
  ...["--tmpfs=/tmp:mode=1777", "--tmpfs=/home/agent:uid=1000,gid=1000", "--tmpfs=/workspace:uid=1000,gid=1000"],
];

/** A clone in `/workspace`, whose remote is beside it. */
const clone = `
git init --quiet --bare --initial-branch=main /tmp/origin.git
git clone --quiet /tmp/origin.git /workspace 2>/dev/null
git -c user.name=a -c user.email=a@b commit --quiet --allow-empty --message first
git push --quiet origin HEAD:main
`;

/** A container of the runner's image in which commands are run, one after the other. */
export class AgentContainer implements AsyncDisposable {
  readonly #image: RunnerImage;
  readonly #id: string;

  private constructor(image: RunnerImage, id: string) {
    this.#image = image;
    this.#id = id;
  }

  /** @param env handed over by name */
  static async start(image: RunnerImage, env: Readonly<Record<string, string>>): Promise<AgentContainer> {
    const names = Object.keys(env).flatMap((name) => ["--env", name]);
    const args = [...hardened, ...names, "--entrypoint=sleep", image.tag, "infinity"];
    const { engine } = image;
    const container = new AgentContainer(image, await read(engine.docker, args, { ...engine.env, ...env }));
    await container.shell(clone);
    return container;
  }

  /** Runs a script to its end. */
  async shell(script: string): Promise<string> {
    const { engine } = this.#image;
    return await read(engine.docker, ["exec", this.#id, "sh", "-ec", script], engine.env);
  }

  /** Prepares a command, and gives what begins it at once: what the engine does before is not the command's. */
  async prepare(script: string): Promise<{ begin(): void; ended(): Promise<void> }> {
    const { engine } = this.#image;
    const waiting = `echo ready; read -r go; exec </dev/null; ${script}`;
    const child: ChildProcess = spawn(engine.docker, ["exec", "--interactive", this.#id, "sh", "-c", waiting], {
      env: engine.env,
      stdio: ["pipe", "pipe", "ignore"],
    });
    const exited = once(child, "exit");
    if (child.stdout !== null) await once(child.stdout, "data");
    child.stdout?.resume();
    return {
      begin: () => void child.stdin?.write("go\n"),
      ended: async () => {
        const [code] = await exited;
        if (code !== 0) throw new Error(`${script}: exit code ${code}`);
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { engine } = this.#image;
    await read(engine.docker, ["kill", this.#id], engine.env);
  }
}
