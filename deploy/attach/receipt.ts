/**
 * The receipt: what a distribution was before Rimlight, so that it can be so again.
 *
 * `original` is the last config without anything of ours. As long as the distribution has something of ours, it stays
 * what was recorded first, however often attach is interrupted or run with newer builds. When the distribution has
 * nothing of ours (before the first attach has updated it, after detach, or after somebody took everything off by
 * hand), its config at that time is what detach will go back to: if it is not the recorded one, it is recorded, and the
 * old receipt is kept beside the new one.
 */
import { copyFile } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import type { DistributionConfig } from '@aws-sdk/client-cloudfront'
import { Failure, unexpectedInput } from '../../base/errors.ts'
import { isObject } from '../../base/json-values.ts'
import { ARTEFACT_NAMES, type ArtefactName } from '../../bundle/manifest.ts'
import type { BuiltBundle } from '../../bundle/read-bundle.ts'
import { readReceiptFile, receiptNotWritable, writeReceiptFile } from '../aws/receipt-file.ts'
import { behavioursOf, detached, isOursOn, withBehaviours } from './behaviours.ts'
import { withoutHeaderValues } from './header-values.ts'
import { resourceName } from './names.ts'

const FORMAT = 'rimlight-receipt-1'

export type Receipt = {
  format: typeof FORMAT
  account: string
  distribution: string
  original: {
    /** ISO 8601, as `attachment.recordedAt`. */
    recordedAt: string
    etag: string
    /** Without the values of origins' headers. */
    config: DistributionConfig
    /** Rimlight was on the distribution and no receipt was found: 'config' is the rest of it. */
    isReconstructed: boolean
  }
  /** What was to be there after attach, the last time that it was run. */
  attachment: {
    recordedAt: string
    /** sha256 (hex) of the build's `config.json`. */
    config: string
    /** Path patterns. */
    behaviours: string[]
    artefacts: Partial<Record<ArtefactName, { name: string; sha256: string; codeSha256: string }>>
  }
}

/** @throws InputError if it is none, or one of another distribution */
export async function readReceipt(file: string, distribution: string | undefined): Promise<Receipt | null> {
  const value = await readReceiptFile(file)
  if (value === null) return null
  if (!isReceipt(value)) {
    throw unexpectedInput({
      at: file,
      code: 'not-a-receipt',
      expected: 'a receipt that `rimlight attach` wrote',
      found: 'something else',
      remedy: 'name another file with --receipt',
    })
  }
  if (distribution !== undefined && value.distribution !== distribution) {
    throw unexpectedInput({
      at: file,
      code: 'other-distribution',
      expected: `the receipt of distribution ${distribution}`,
      found: `that of ${value.distribution}`,
      remedy: 'name another file with --receipt',
    })
  }
  return value
}

const isReceipt = (value: unknown): value is Receipt =>
  isObject(value) &&
  value.format === FORMAT &&
  typeof value.account === 'string' &&
  typeof value.distribution === 'string' &&
  isObject(value.original) &&
  typeof value.original.recordedAt === 'string' &&
  isObject(value.original.config) &&
  isObject(value.original.config.DefaultCacheBehavior) &&
  isObject(value.attachment) &&
  Array.isArray(value.attachment.behaviours)

/** @throws Failure for another account: the receipt says nothing about what is there */
export function checkAccount(receipt: Receipt, file: string, account: string): void {
  if (receipt.account === account) return
  throw new Failure(
    `wrong account: expected ${receipt.account}, of which ${file} tells, found credentials of ${account}; use those of ${receipt.account} (AWS_PROFILE), or name another receipt with --receipt`,
    { code: 'other-account', expected: receipt.account, found: account },
  )
}

export type DistributionState = { account: string; id: string; etag: string; config: DistributionConfig }

type Behaviours = readonly string[]

/** The receipt that has to be written before the first change; `existing` itself, if that says it all already. */
export function receiptFor(
  { account, id, etag, config }: DistributionState,
  { manifest }: BuiltBundle,
  behaviours: Behaviours,
  existing: Receipt | null,
  now: Date,
): Receipt {
  const isAttached = behavioursOf(config).some(({ behaviour }) => isOursOn(behaviour, id))
  const stands = existing && (isAttached || isDeepStrictEqual(existing.original.config, plain(config)))
  const recordedAt = now.toISOString()
  const attachment: Receipt['attachment'] = {
    recordedAt,
    config: manifest.config.sha256,
    behaviours: [...behaviours],
    artefacts: Object.fromEntries(
      ARTEFACT_NAMES.flatMap((artefact) => {
        const built = manifest.artefacts[artefact]
        if (!built) return []
        const { sha256, codeSha256 } = built
        return [[artefact, { name: resourceName(id, artefact), sha256, codeSha256 }]]
      }),
    ),
  }
  const isSame =
    existing && isDeepStrictEqual({ ...attachment, recordedAt: existing.attachment.recordedAt }, existing.attachment)
  if (stands && isSame) return existing
  const rest = withBehaviours(config, ({ behaviour }) => detached(behaviour, undefined, id))
  return {
    format: FORMAT,
    account,
    distribution: id,
    original: stands
      ? existing.original
      : { recordedAt, etag, config: plain(isAttached ? rest : config), isReconstructed: isAttached },
    attachment: isSame ? existing.attachment : attachment,
  }
}

/** The config as it will be when it is read from the file: JSON has no `undefined`. */
const plain = (config: DistributionConfig): DistributionConfig =>
  JSON.parse(JSON.stringify(withoutHeaderValues(config)))

/** Writes it whole or not at all. One with another original is kept beside it. @returns where, or null */
export async function writeReceipt(file: string, receipt: Receipt, existing: Receipt | null): Promise<string | null> {
  const isOther = existing !== null && !isDeepStrictEqual(existing.original, receipt.original)
  const kept = isOther ? `${file}.${existing.original.recordedAt.replace(/[:.]/g, '')}` : null
  if (kept) {
    await copyFile(file, kept).catch((cause) => {
      throw receiptNotWritable(cause)
    })
  }
  await writeReceiptFile(file, `${JSON.stringify(receipt, null, 2)}\n`)
  return kept
}
