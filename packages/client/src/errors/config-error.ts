/** The environment does not say what a client needs; the message is one line that names each bad variable. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}
