import * as z from "zod";
import { name, portReference, refused, seconds } from "./values.ts";

const words = z.array(z.string().max(16_384)).min(1).max(200);

const elsewhere = refused("the node itself would ask another host");

const handlers = {
  exec: z.strictObject({ command: words }).optional(),
  httpGet: z
    .strictObject({
      path: z.string().max(1024).optional(),
      port: portReference,
      scheme: z.enum(["HTTP", "HTTPS"]).optional(),
      httpHeaders: z
        .array(z.strictObject({ name: z.string().max(256), value: z.string().max(4096) }))
        .max(20)
        .optional(),
      host: elsewhere,
    })
    .optional(),
  tcpSocket: z.strictObject({ port: portReference, host: elsewhere }).optional(),
};

const exactlyOne = (given: object, names: readonly string[]) => names.filter((each) => each in given).length === 1;

/** How the node looks whether a container is well. */
export const probe = z
  .strictObject({
    ...handlers,
    grpc: z.strictObject({ port: z.int().min(1).max(65_535), service: name.optional() }).optional(),
    initialDelaySeconds: seconds.optional(),
    periodSeconds: seconds.optional(),
    timeoutSeconds: seconds.optional(),
    successThreshold: z.int().min(1).max(100).optional(),
    failureThreshold: z.int().min(1).max(10_000).optional(),
    terminationGracePeriodSeconds: seconds.optional(),
  })
  .refine((given) => exactlyOne(given, ["exec", "httpGet", "tcpSocket", "grpc"]), {
    message: "must have one of exec, httpGet, tcpSocket, grpc",
  });

const { tcpSocket: _, ...hookHandlers } = handlers;

const hook = z
  .strictObject({ ...hookHandlers, sleep: z.strictObject({ seconds }).optional() })
  .refine((given) => exactlyOne(given, ["exec", "httpGet", "sleep"]), {
    message: "must have one of exec, httpGet, sleep",
  });

/** What happens after a container's start and before its end. */
export const lifecycle = z.strictObject({ postStart: hook.optional(), preStop: hook.optional() });
