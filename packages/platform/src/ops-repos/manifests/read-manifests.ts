import type { Manifest } from "../../runtime/workload.ts";
import { readYamlDocuments } from "../../yaml/read-yaml.ts";
import { checkManifests } from "./check-manifests.ts";
import { markTemplate } from "./template.ts";
import type { TemplateValues } from "./template-values.ts";

/** For whoever has written too much. */
export const advice = "a deployment needs less";

/**
 * Reads the text of a template of manifests, puts the values in, and checks what comes out.
 * @throws YamlError with every problem and its line
 */
export function readManifests(template: string, values: TemplateValues): readonly Manifest[] {
  const { text, fill } = markTemplate(template, values);
  return checkManifests(readYamlDocuments(text, { replace: fill, advice }), {
    host: values.host,
    secret: values.environment,
  });
}
