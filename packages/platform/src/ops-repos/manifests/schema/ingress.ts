import * as z from "zod";
import { objectMetadata } from "./metadata.ts";
import { name, port, refused } from "./values.ts";

const host = z
  .string()
  .regex(
    /^(\*\.)?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/,
    "is not the name of a host",
  );

/** Controllers write it into the configuration of a web server, which knows more of what a text can do than they do. */
const path = z
  .string()
  .max(1024)
  .regex(/^\/[A-Za-z0-9\-._~!%&=@:+,*/]*$/, "must be the path of a URL: '/', and of letters, digits and -._~!%&=@:+,*");

const backend = z.strictObject({
  service: z.strictObject({
    name,
    port: z.strictObject({ number: port.optional(), name: name.optional() }),
  }),
  resource: refused("requests go to a Service of these manifests"),
});

export const ingress = z.strictObject({
  apiVersion: z.literal("networking.k8s.io/v1"),
  kind: z.literal("Ingress"),
  metadata: objectMetadata,
  spec: z.strictObject({
    rules: z
      .array(
        z.strictObject({
          // Without one it would take the requests of every host.
          host,
          http: z.strictObject({
            paths: z
              .array(
                z.strictObject({
                  path: path.optional(),
                  pathType: z.enum(["Prefix", "Exact"]),
                  backend,
                }),
              )
              .min(1)
              .max(50),
          }),
        }),
      )
      .min(1)
      .max(20),
    tls: z
      .array(
        z.strictObject({ hosts: z.array(host).min(1).max(20), secretName: refused("manifests cannot name Secrets") }),
      )
      .max(20)
      .optional(),
    defaultBackend: refused("it would take the requests of every host"),
    ingressClassName: refused("the platform decides by which way requests come in"),
  }),
  status: refused("the cluster says how it is"),
});
