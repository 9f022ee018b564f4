/** What the platform notes on what it has applied. */
export const annotationNames = {
  /** Of which generation of the workload it is; on pods too, which are thus made anew with each. */
  generation: "platform.io/generation",
  /** Which of its fields were the platform's when it had been applied. */
  fields: "platform.io/applied-fields",
} as const;
