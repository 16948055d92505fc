/** R2's errors as S3's: Cloudflare R2 docs, "Error codes". A binding gives the code at the end of its message alone. */
import { metadataTooLarge } from './metadata.ts'
import { S3Error } from './s3-error.ts'

const CODE = /\((\d{5,6})\)$/

/** Whether R2 refused, and said why. */
export const isRefusal = (error: unknown): boolean => CODE.test(String(error))

const REFUSALS: Readonly<Record<string, () => S3Error>> = {
  10011: () => new S3Error('EntityTooSmall', 'Each part but the last has at least 5 MiB.'),
  10012: () => metadataTooLarge(),
  10024: () => new S3Error('NoSuchUpload', 'There is no such upload: it may be complete, or aborted.'),
  10025: () => new S3Error('InvalidPart', 'A part has not been uploaded, or its ETag is another.'),
  // S3 itself would take them.
  10048: () => new S3Error('NotImplemented', 'The local bucket wants all parts but the last of the same size.'),
  100100: () => new S3Error('EntityTooLarge', 'The body is larger than what the local bucket keeps.'),
}

/** What is no refusal of R2's is returned as it is. */
export const asS3Error = (error: unknown): unknown => REFUSALS[CODE.exec(String(error))?.[1] ?? '']?.() ?? error
