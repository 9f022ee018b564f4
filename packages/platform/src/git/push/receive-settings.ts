/** What git is told when it receives a push, besides what it is always told. */
export function receiveSettings(hooksDirectory: string, maxBytes: number): Readonly<Record<string, string>> {
  return {
    "core.hooksPath": hooksDirectory,
    "receive.maxInputSize": String(maxBytes),
    // Keeps the pack of a push as it came: one file to bring to the disk, rather than one for each object.
    "receive.unpackLimit": "1",
    "receive.autogc": "false",
    // What is protected is the pre-receive hook's to know: these would answer in words of their own.
    "receive.denyDeleteCurrent": "ignore",
    "receive.denyCurrentBranch": "ignore",
    "transfer.fsckObjects": "true",
    // Harmless, and in the history of many a project: refusing them would refuse the project.
    "receive.fsck.zeroPaddedFilemode": "ignore",
    "receive.fsck.badTimezone": "ignore",
    "receive.fsck.missingSpaceBeforeDate": "ignore",
    // Pushes to one branch take turns: who comes second is told that the branch has moved, not that it is locked.
    "core.filesRefLockTimeout": "2000",
    "core.packedRefsTimeout": "10000",
  };
}
