/** Keys of a bucket: S3 User Guide, "Naming Amazon S3 objects" and "Uploading objects". */
import type { LocalFile } from './files.ts'

/** Bytes of a key, in UTF-8. */
const KEY_BYTES = 1_024

/** Bytes that a single PUT uploads at most. */
const OBJECT_BYTES = 5 * 1024 ** 3

/** What S3 would refuse, before anything is uploaded; one line for each. */
export function uploadProblems(files: readonly LocalFile[], prefix: string): string[] {
  return files.flatMap(({ path, bytes }) => [
    ...(Buffer.byteLength(prefix + path) > KEY_BYTES
      ? [`${path}: expected a key of at most ${KEY_BYTES} bytes, found ${Buffer.byteLength(prefix + path)}; shorten it`]
      : []),
    ...(bytes > OBJECT_BYTES
      ? [
          `${path}: expected a file of at most 5 GiB, as much as one upload takes, found ${(bytes / 1024 ** 3).toFixed(1)} GiB; move it out of the folder and upload it in parts: aws s3 cp FILE s3://… --metadata sha256=$(sha256sum FILE | cut -d' ' -f1)`,
        ]
      : []),
  ])
}
