/** A secret that the master key does not open. The message is for people, and holds nothing of the value. */
export class UnreadableSecretError extends Error {
  override readonly name = "UnreadableSecretError";

  constructor({ name, project_id }: { readonly name: string; readonly project_id: string | null }) {
    const whose = project_id === null ? "the whole platform" : "the project";
    super(
      `the secret ${name} of ${whose} cannot be decrypted: it was set under another master key, or has been altered. ` +
        "Start the platform with the key it was set under, or set it again.",
    );
  }
}
