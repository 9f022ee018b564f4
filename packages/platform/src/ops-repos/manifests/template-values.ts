/** What a template may name. */
export interface TemplateValues {
  readonly image_ref: string;
  readonly project_name: string;
  readonly environment: string;
  /** Where the deployment answers; null on a platform that gives deployments no address. */
  readonly host: string | null;
  /** What the deployment says of its own, as `values.…`. */
  readonly values: unknown;
}

/** What can be put in. */
export type TemplateValue = string | number | boolean;

const part = /^[A-Za-z0-9_-]+$/;

/**
 * The value of a name such as `image_ref` or `values.web.replicas`: of what the objects themselves hold, and nothing
 * that they inherit. @throws Error that says why there is none
 */
export function templateValue(name: string, values: TemplateValues): TemplateValue {
  const parts = name.split(".");
  if (!parts.every((key) => part.test(key))) {
    throw new Error(`is not the name of a value: there is nothing but names such as {{ image_ref }} here, ${noLogic}`);
  }
  let value: unknown = values;
  for (const [index, key] of parts.entries()) {
    if (typeof value !== "object" || value === null || Array.isArray(value) || !Object.hasOwn(value, key)) {
      throw new Error(index === 0 ? `is not known: there is ${Object.keys(values).join(", ")}` : "has no value");
    }
    value = Reflect.get(value, key);
  }
  if (value === null) throw new Error("has no value");
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  throw new Error("is a list or a map: only text, numbers, true and false can be put in");
}

const noLogic = "no conditions, loops, filters, partials or expressions";
