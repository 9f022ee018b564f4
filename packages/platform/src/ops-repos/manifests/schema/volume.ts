import * as z from "zod";
import { fileName, name, quantity, refused, relativePath } from "./values.ts";

const mode = z.int().min(0).max(0o777);

/** Volumes that come out of the manifests themselves, or out of nothing. */
const allowed = {
  emptyDir: z.strictObject({ medium: z.enum(["", "Memory"]).optional(), sizeLimit: quantity.optional() }).optional(),
  configMap: z
    .strictObject({
      name,
      items: z
        .array(z.strictObject({ key: fileName, path: relativePath, mode: mode.optional() }))
        .max(100)
        .optional(),
      defaultMode: mode.optional(),
      optional: z.boolean().optional(),
    })
    .optional(),
};

export const volume = z
  .strictObject({
    name,
    ...allowed,
    hostPath: refused("it opens the files of the node"),
    local: refused("it opens the files of the node"),
    csi: refused("drivers can open whatever they are asked for"),
    flexVolume: refused("drivers can open whatever they are asked for"),
    nfs: refused("the node itself would connect to another host"),
    iscsi: refused("the node itself would connect to another host"),
    projected: refused("it can hold a token of the cluster; use configMap"),
    secret: refused("use env or envFrom with the Secret of the deployment's own"),
    downwardAPI: refused("use env with valueFrom.fieldRef"),
    persistentVolumeClaim: refused("what it holds would outlive the deployment, and may be another's"),
    ephemeral: refused("it claims storage of the cluster; use emptyDir"),
    image: refused("use the container's own image"),
    gitRepo: refused("it runs git on the node"),
  })
  .refine((given) => "emptyDir" in given || "configMap" in given, { message: "must have emptyDir or configMap" });
