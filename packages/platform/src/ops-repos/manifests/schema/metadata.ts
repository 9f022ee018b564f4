import * as z from "zod";
import { name, refused } from "./values.ts";

/** Those that everybody's tools show, and that stand for nothing else. */
const knownLabels = /^app\.kubernetes\.io\/(name|instance|version|component|part-of)$/;
const plainKey = /^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$/;

/** Read by what collects metrics; and what changes with a file, so that pods are made anew with it. */
const harmlessAnnotations = /^(prometheus\.io\/(scrape|port|path|scheme)|checksum\/[A-Za-z0-9_.-]{1,63})$/;

function keyed(value: z.ZodString, problemOf: (key: string) => string | undefined) {
  return z.record(z.string(), value).superRefine((entries, context) => {
    for (const key of Object.keys(entries)) {
      const message = problemOf(key);
      if (message !== undefined) context.addIssue({ code: "custom", path: [key], message });
    }
  });
}

/** By which network policies find the cluster's DNS, and let whoever may reach nothing else inside ask it. */
const ofDns = "k8s-app";

/** Labels: keys with the prefix of a system's own are that system's to set. */
export const labels = keyed(z.string().regex(labelValue, "is not a label's value"), (key) => {
  if (key === ofDns) return "is not allowed: pods would pass for the cluster's DNS; use app";
  return plainKey.test(key) || knownLabels.test(key)
    ? undefined
    : "is not allowed: labels may have names without a prefix, and app.kubernetes.io/name, instance, version, component, part-of";
});

/** Annotations: many are orders to whatever watches the cluster, and are obeyed with its rights. */
const annotations = keyed(z.string().max(16_384), (key) =>
  plainKey.test(key) || harmlessAnnotations.test(key)
    ? undefined
    : "is not allowed: programs of the cluster obey annotations; there may be names without a prefix, checksum/…, and prometheus.io/scrape, port, path, scheme",
);

const refusedMetadata = {
  namespace: refused("the platform decides into which namespace it goes"),
  generateName: refused("an object needs a name that stays"),
  finalizers: refused("it could not be removed any more"),
  ownerReferences: refused("it would belong to something else, and go with it"),
  managedFields: refused("the cluster keeps these itself"),
  resourceVersion: refused("the cluster keeps this itself"),
  uid: refused("the cluster keeps this itself"),
  creationTimestamp: refused("the cluster keeps this itself"),
};

/** Of an object. */
export const objectMetadata = z.strictObject({
  name,
  labels: labels.optional(),
  annotations: annotations.optional(),
  ...refusedMetadata,
});

/** Of the pods that a Deployment makes. */
export const podMetadata = z.strictObject({
  name: refused("pods get their names from the Deployment"),
  labels,
  annotations: annotations.optional(),
  ...refusedMetadata,
});

/** Which pods are meant. Isolation rests on labels that the platform adds, so that only `matchLabels` can be used. */
export const selector = z.strictObject({
  matchLabels: labels.refine((wanted) => Object.keys(wanted).length > 0, "must name at least one label"),
  matchExpressions: refused("pods are selected by matchLabels alone"),
});
