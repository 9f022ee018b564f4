import { quoted } from "../../yaml/quoted.ts";
import { YamlError } from "../../yaml/yaml-error.ts";
import { type TemplateValue, type TemplateValues, templateValue } from "./template-values.ts";

/**
 * A template whose places hold marks, so that it is read as YAML before any value is put in: a value becomes part of one
 * text, or is one number, and can never become a key, a second line or a second document.
 */
export interface MarkedTemplate {
  /** As many lines as the template has, each what it was but for its places. */
  readonly text: string;
  /** A text of that YAML with its values. @throws Error for a key, whose name is the template's to say */
  fill(text: string, as: "key" | "plain" | "quoted"): TemplateValue;
}

/** Characters of no alphabet (Unicode's private use), which thus no manifest needs. */
const begin = "\ue000";
const end = "\ue001";
const mark = /\ue000(\d+)\ue001/g;
const markAlone = /^\ue000(\d+)\ue001$/;

/**
 * A place such as `{{ values.replicas }}`, and what opens something else that other template languages know. Its length
 * is limited so that many that are not closed take no longer than others.
 */
const place = /\{\{(?<name>[^\n\r{}]{0,200})\}\}|\{\{|\{%|\r\n|\r|\n/g;
/** Problems that are told at most. */
const most = 100;

/**
 * Reads a template: `{{ name }}`, and nothing else, is replaced.
 * @throws YamlError with the line of each place that cannot be filled
 */
export function markTemplate(template: string, values: TemplateValues): MarkedTemplate {
  const found: TemplateValue[] = [];
  const problems: { line: number; message: string }[] = [];
  let line = 1;
  const refuse = (message: string) => {
    if (problems.length < most) problems.push({ line, message });
    return "";
  };
  if (template.includes(begin) || template.includes(end)) throw unusable(template);
  const text = template.replace(place, (match, inner: string | undefined) => {
    if (match === "{%")
      return refuse(`'{%' begins no statement here: there is nothing but places such as {{ image_ref }}`);
    if (match === "{{") return refuse("'{{' begins no place such as {{ image_ref }}, on one line and of one name");
    if (inner === undefined) {
      line++;
      return match;
    }
    const name = inner.trim();
    try {
      found.push(templateValue(name, values));
    } catch (error) {
      return refuse(`the template's ${quoted(name)} ${error instanceof Error ? error.message : String(error)}`);
    }
    return `${begin}${found.length - 1}${end}`;
  });
  if (problems.length > 0) throw new YamlError(problems);

  const valueAt = (index: string | undefined) => found[Number(index)] ?? "";
  return {
    text,
    fill: (marked, as) => {
      const alone = as === "plain" ? markAlone.exec(marked) : null;
      if (alone) return valueAt(alone[1]);
      const filled = marked.replace(mark, (_, index: string) => String(valueAt(index)));
      if (as === "key" && filled !== marked) throw new Error("a key cannot be taken from a template's value");
      return filled;
    },
  };
}

function unusable(template: string): YamlError {
  const before = template.slice(0, template.search(/[\ue000\ue001]/));
  const line = before.split(/\r\n|\r|\n/).length;
  return new YamlError([{ line, message: "this holds a character that stands for nothing (U+E000 or U+E001)" }]);
}
