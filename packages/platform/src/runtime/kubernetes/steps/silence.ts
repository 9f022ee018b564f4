import { KubeError } from "../kube-error.ts";

/** Ends what waits for a pod that has said nothing for too long: its node may have gone away unnoticed. */
export class Silence implements Disposable {
  readonly signal: AbortSignal;
  readonly #limit: number;
  readonly #broken = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  /**
   * Begins to wait.
   * @param signal ends it as well
   * @param limit in milliseconds
   */
  constructor(signal: AbortSignal, limit: number) {
    this.#limit = limit;
    this.signal = AbortSignal.any([signal, this.#broken.signal]);
    this.wait();
  }

  wait(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#broken.abort(new KubeError("the pod does not answer")), this.#limit);
  }

  /** Nothing is waited for until `wait`. */
  pause(): void {
    clearTimeout(this.#timer);
  }

  [Symbol.dispose](): void {
    this.pause();
  }
}
