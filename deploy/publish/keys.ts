/** Keys of a bucket: S3 User Guide, "Naming Amazon S3 objects" and "Uploading objects". */
import { type InputError, unexpectedInput } from '../../base/errors.ts'
import type { LocalFile } from './files.ts'

const CODE = 'not-uploadable'

/** Bytes of a key, in UTF-8. */
const KEY_BYTES = 1_024

/** Bytes that a single PUT uploads at most. */
const OBJECT_BYTES = 5 * 1024 ** 3

const IN_PARTS =
  "move it out of the folder and upload it in parts: aws s3 cp FILE s3://… --metadata sha256=$(sha256sum FILE | cut -d' ' -f1)"

/** What S3 would refuse, before anything is uploaded. */
export const uploadProblems = (files: readonly LocalFile[], prefix: string): InputError[] =>
  files.flatMap((file) => [...keyProblem(file.path, prefix), ...sizeProblem(file)])

function keyProblem(path: string, prefix: string): InputError[] {
  const keyBytes = Buffer.byteLength(prefix + path)
  if (keyBytes <= KEY_BYTES) return []
  const expected = `a key of at most ${KEY_BYTES} bytes`
  return [unexpectedInput({ at: path, code: CODE, expected, found: `${keyBytes}`, remedy: 'shorten it' })]
}

function sizeProblem({ path, bytes }: LocalFile): InputError[] {
  if (bytes <= OBJECT_BYTES) return []
  const expected = 'a file of at most 5 GiB, as much as one upload takes'
  const found = `${(bytes / 1024 ** 3).toFixed(1)} GiB`
  return [unexpectedInput({ at: path, code: CODE, expected, found, remedy: IN_PARTS })]
}
