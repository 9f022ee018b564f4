import * as z from "zod";
import { labels, objectMetadata } from "./metadata.ts";
import { name, only, port, portReference, protocol, refused } from "./values.ts";

const outside = refused("what is to be reached from outside the cluster needs an Ingress");

export const service = z.strictObject({
  apiVersion: z.literal("v1"),
  kind: z.literal("Service"),
  metadata: objectMetadata,
  spec: z.strictObject({
    type: only("ClusterIP", "what is to be reached from outside the cluster needs an Ingress"),
    clusterIP: only("None", "the cluster gives addresses"),
    selector: labels.refine((wanted) => Object.keys(wanted).length > 0, "must name at least one label"),
    ports: z
      .array(
        z.strictObject({
          name: name.optional(),
          port,
          targetPort: portReference.optional(),
          protocol,
          appProtocol: z.string().max(63).optional(),
          nodePort: outside,
        }),
      )
      .min(1)
      .max(20),
    sessionAffinity: z.enum(["None", "ClientIP"]).optional(),
    publishNotReadyAddresses: z.boolean().optional(),
    externalName: refused("it would be another host under a name of the cluster"),
    externalIPs: refused("it would take what is sent to another host"),
    loadBalancerIP: outside,
    loadBalancerSourceRanges: outside,
    loadBalancerClass: outside,
    healthCheckNodePort: outside,
    externalTrafficPolicy: outside,
    clusterIPs: refused("the cluster gives addresses"),
  }),
  status: refused("the cluster says how it is"),
});
