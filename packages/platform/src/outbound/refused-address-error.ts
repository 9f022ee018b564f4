/** A host that is not called because it is inside the network. The message is for whoever named it. */
export class RefusedAddressError extends Error {
  override readonly name = "RefusedAddressError";

  constructor(host: string) {
    super(`${host} is inside the platform's network, or stands for an address that is: the platform does not call it`);
  }
}
