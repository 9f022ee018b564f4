import { NotPossible } from "../host/not-possible.ts";
import type { Cluster } from "./cluster.ts";

/**
 * The cluster that `KUBECONFIG` names, if the environment says, too, that it is for tests: by naming the images that were
 * put there.
 *
 * @throws NotPossible when it does not
 */
export function namedCluster(env: NodeJS.ProcessEnv): Cluster | undefined {
  const { KUBECONFIG, CLUSTER_HOST, CLUSTER_RUNNER_IMAGE, CLUSTER_PYTHON_IMAGE, CLUSTER_STAND_IN_IMAGE } = env;
  const { CLUSTER_WEB_IMAGE: web } = env;
  if (!KUBECONFIG) return undefined;
  if (!CLUSTER_HOST || !CLUSTER_RUNNER_IMAGE || !CLUSTER_PYTHON_IMAGE) {
    throw new NotPossible(
      "KUBECONFIG names a cluster, but CLUSTER_HOST, CLUSTER_RUNNER_IMAGE and CLUSTER_PYTHON_IMAGE do not say that it is for tests",
    );
  }
  return {
    kubeconfig: KUBECONFIG,
    hostAddress: CLUSTER_HOST,
    images: { runner: CLUSTER_RUNNER_IMAGE, python: CLUSTER_PYTHON_IMAGE, standIn: CLUSTER_STAND_IN_IMAGE, web },
  };
}
