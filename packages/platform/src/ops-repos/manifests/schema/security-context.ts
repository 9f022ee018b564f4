import * as z from "zod";
import { only, refused } from "./values.ts";

const id = z.int().min(0).max(2_147_483_647);

const onlyLowPorts = z.custom<"NET_BIND_SERVICE">(
  (given) => given === "NET_BIND_SERVICE",
  "is not allowed: only NET_BIND_SERVICE can be added, for ports below 1024",
);

const seccompProfile = z
  .strictObject({
    type: only("RuntimeDefault", "other profiles let more of the node's kernel be reached"),
    localhostProfile: refused("it names a file of the node"),
  })
  .optional();

const ofTheNode = {
  seLinuxOptions: refused("it can lift what keeps containers apart"),
  windowsOptions: refused("it can run a container with the node's own rights"),
  appArmorProfile: refused("it can lift what keeps containers apart"),
};

/**
 * What a field that is left out means to a cluster is laxer than what may be written there (it lets processes gain
 * rights, and filters none of the kernel), so that both contexts always say it.
 */
export const podSecurityContext = z
  .strictObject({
    runAsNonRoot: z.boolean().optional(),
    runAsUser: id.optional(),
    runAsGroup: id.optional(),
    fsGroup: id.optional(),
    fsGroupChangePolicy: z.enum(["OnRootMismatch", "Always"]).optional(),
    supplementalGroups: z.array(id).max(32).optional(),
    seccompProfile,
    sysctls: refused("it changes the kernel's settings"),
    ...ofTheNode,
  })
  .prefault({})
  .transform((given) => ({ ...given, seccompProfile: { type: "RuntimeDefault" } }));

export const containerSecurityContext = z
  .strictObject({
    runAsNonRoot: z.boolean().optional(),
    runAsUser: id.optional(),
    runAsGroup: id.optional(),
    readOnlyRootFilesystem: z.boolean().optional(),
    allowPrivilegeEscalation: only(false, "a process would get more rights than it was started with"),
    privileged: only(false, "a privileged container has the node's own rights"),
    capabilities: z
      .strictObject({
        drop: z
          .array(z.string().regex(/^[A-Z_]{1,32}$/))
          .max(64)
          .optional(),
        add: z.array(onlyLowPorts).max(1).optional(),
      })
      .optional(),
    procMount: only("Default", "unmasked, it shows the kernel's own files"),
    seccompProfile,
    ...ofTheNode,
  })
  .prefault({})
  .transform((given) => ({ ...given, allowPrivilegeEscalation: false }));
