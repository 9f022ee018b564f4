import { type ParseArgsConfig, parseArgs } from "node:util";
import { type PlatformConfig, readPlatformConfig } from "../config.ts";
import { UserError } from "../user-error.ts";

type Options = NonNullable<ParseArgsConfig["options"]>;

const commonOptions = {
  help: { type: "boolean", short: "h" },
  data: { type: "string" },
} as const satisfies Options;

type Flags<O extends Options> = ReturnType<typeof parseArgs<{ options: O }>>["values"];

interface Definition<O extends Options> {
  /** Its words, such as `token create`. */
  readonly name: string;
  /** What follows its name, without `--data DIR`. */
  readonly synopsis: string;
  /** What it does and what its arguments mean: a few lines. */
  readonly description: string;
  readonly options: O;
  run(config: PlatformConfig, flags: Flags<O>, ...positionals: readonly string[]): Promise<void>;
}

/** One command of `platform`. */
export interface Command {
  readonly name: string;
  /** Its text in `platform --help`, and what its own `--help` prints. */
  readonly usage: string;
  /** @throws UserError for arguments that are wrong */
  run(args: readonly string[]): Promise<void>;
}

/** The words of a synopsis that are no flags and no flags' values: what must be given, in this order. */
function positionalsOf(synopsis: string): readonly string[] {
  return synopsis
    .replace(/\[.*?\]/g, "")
    .replace(/--\S+ \S+/g, "")
    .split(" ")
    .filter((word) => /^[A-Z]/.test(word));
}

/** Makes a command that parses its own arguments. `--data` and `--help` work with every one. */
export function defineCommand<const O extends Options>(definition: Definition<O>): Command {
  const { name, synopsis, description } = definition;
  const line = ["platform", name, synopsis, "[--data DIR]"].filter((part) => part !== "").join(" ");
  const usage = `  ${line}\n${description.replace(/^/gm, "      ")}\n`;
  const names = positionalsOf(synopsis);
  return {
    name,
    usage,
    run: async (args) => {
      const { values, positionals } = parse(args, { ...commonOptions, ...definition.options });
      const { help, data }: { help?: boolean; data?: string } = values;
      if (help === true) return void process.stdout.write(usage);
      if (positionals.length > names.length)
        throw new UserError(`unknown command ${[name, ...positionals].join(" ")}. See platform --help.`);
      if (positionals.length < names.length)
        throw new UserError(`${name} needs ${names[positionals.length]}. See platform ${name} --help.`);
      const config = readPlatformConfig({ ...process.env, ...(data !== undefined && { PLATFORM_DATA: data }) });
      await definition.run(config, values, ...positionals);
    },
  };
}

function parse<O extends Options>(args: readonly string[], options: O) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UserError(`${error instanceof Error ? error.message : String(error)} See platform --help.`);
  }
}
