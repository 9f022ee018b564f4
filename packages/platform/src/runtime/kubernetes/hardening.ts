import type { V1PodSecurityContext, V1SecurityContext } from "@kubernetes/client-node";

/** The user and group of what runs in pods; their volumes are the group's. */
export const podUser = 1000;

/** For the pod: no root in any of its containers. */
export const podSecurity: V1PodSecurityContext = {
  runAsNonRoot: true,
  runAsUser: podUser,
  runAsGroup: podUser,
  fsGroup: podUser,
  seccompProfile: { type: "RuntimeDefault" },
};

/** For each container: no way to more rights, and nothing to write to but volumes. */
export const containerSecurity: V1SecurityContext = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  readOnlyRootFilesystem: true,
};
