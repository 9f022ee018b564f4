/** Hears what is printed as a log gets it: without its secrets, in whole characters. It must not throw, nor take long. */
export interface OutputListener {
  add(bytes: Uint8Array): void;
  /** No more comes. */
  end(): void;
}
