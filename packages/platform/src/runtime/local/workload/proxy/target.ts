/** Where something answers. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Where requests go and what says that one begins, which gives what says that it has ended; or why they go nowhere. */
export type Target = { readonly address: Address; readonly begin: () => () => void } | "starting" | "down";

/** What has a host name of its own. */
export interface App {
  readonly name: AppName;
  readonly target: Target;
}

/** What an app is known by in host names. */
export interface AppName {
  readonly label: string;
  readonly projectLabel: string;
}
