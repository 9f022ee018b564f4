import type { ContainerState, PodEnd } from "./pod-end.ts";

/** Milliseconds that something may hold up a container before it counts as its end. */
const patience = {
  /** Registries and networks have their moments. */
  image: 60_000,
  /** A Secret that is not there yet, a container engine that is busy. */
  creation: 60_000,
  /** A cluster that grows with its work takes minutes to. */
  scheduling: 10 * 60_000,
};

/** What a registry says when asking again cannot help. */
const isRefused = /not found|manifest unknown|does not exist|denied|unauthorized|invalid reference/i;

/** Decides when to give up on a container that does not start. */
export class Patience {
  /** What holds it up, and since when. */
  #held: { readonly by: keyof typeof patience; readonly since: number } | undefined;
  /** The registry's answer: between attempts the status only says that there will be another one. */
  #pulling = "";

  /** @param now by `performance.now()` */
  look(state: ContainerState, now = performance.now()): PodEnd | undefined {
    if (state.is !== "waiting") {
      this.#held = undefined;
      return undefined;
    }
    const { reason, message } = state;
    if (reason === "ErrImagePull" || this.#pulling === "") this.#pulling = message;
    const by = obstacle(reason);
    if (by === undefined) {
      // Between two attempts a container may look as if nothing were wrong.
      if (reason !== "ContainerCreating" && reason !== "PodInitializing") this.#held = undefined;
      return undefined;
    }
    if (this.#held?.by !== by) this.#held = { by, since: now };
    const waited = now - this.#held.since;
    if (isHopeless(reason, message) || waited > patience[by])
      return endOf(by, by === "image" ? this.#pulling : message);
    return undefined;
  }
}

function obstacle(reason: string): keyof typeof patience | undefined {
  if (/^(ErrImage|ImagePull|ImageInspect|InvalidImageName|RegistryUnavailable|SignatureValidation)/.test(reason)) {
    return "image";
  }
  if (/^(Create|Run|PreCreateHook|PreStartHook|PostStartHook)\w*Error$/.test(reason)) return "creation";
  return reason === "Unschedulable" ? "scheduling" : undefined;
}

function isHopeless(reason: string, message: string): boolean {
  if (reason === "InvalidImageName" || reason === "ErrImageNeverPull") return true;
  return reason === "ErrImagePull" && isRefused.test(message);
}

function endOf(by: keyof typeof patience, message: string): PodEnd {
  const why = message === "" ? "" : `: ${message}`;
  switch (by) {
    case "image":
      return { kind: "image_pull", exitCode: null, message: `its image cannot be pulled${why}` };
    case "creation":
      return { kind: "start_failed", exitCode: null, message: `its container cannot be created${why}` };
    case "scheduling":
      return { kind: "unschedulable", exitCode: null, message: `the cluster has no room for it${why}` };
  }
}
