/** A cluster to run tests on. */
export interface Cluster {
  /** The file that says how its administrator reaches it. */
  readonly kubeconfig: string;
  /** The address of this machine for what runs in its pods. */
  readonly hostAddress: string;
  readonly images: ClusterImages;
  /** The directory of the control group in which to use it, so that nothing of that outlives it. */
  readonly usersGroup?: string;
}

/** Images that its nodes have or can pull. */
export interface ClusterImages {
  /** The runner's, of this work tree. */
  readonly runner: string;
  /** One that has Python, and nothing of the project's. */
  readonly python: string;
  /** The runner's with `e2e/injection/stand-in-claude.sh` as its `claude`. */
  readonly standIn: string | undefined;
  /** A web server's, whose tags say how it is: see `web-images.ts`. */
  readonly web: string | undefined;
}
