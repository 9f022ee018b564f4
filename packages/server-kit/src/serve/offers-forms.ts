import * as z from "zod";

const capabilities = z.object({
  elicitation: z.object({ form: z.unknown().optional(), url: z.unknown().optional() }),
});

/** Whether a host with these capabilities can put a form to its person. One that names no kind of question means forms. */
export function offersForms(declared: unknown): boolean {
  const { success, data } = capabilities.safeParse(declared);
  return success && (data.elicitation.form !== undefined || data.elicitation.url === undefined);
}
