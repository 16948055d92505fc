/** What `rimlight publish` says. */
import { bytesText } from '../../cli/kit/numbers.ts'
import type { Paint } from '../../cli/kit/output.ts'
import { UNKNOWN_TYPE } from './content-type.ts'
import type { LeftOut } from './files.ts'
import type { ObjectUrlOf } from './object-urls.ts'
import { keepsFromCaching, type PublishOptions } from './options.ts'
import type { Previews } from './previews.ts'
import { bytesOf, type Compared, type PublishOutcome, type PublishStep } from './publish.ts'
import type { Published } from './published.ts'

const count = (number: number, what = 'file'): string =>
  `${number.toLocaleString('en')} ${what}${number === 1 ? '' : 's'}`

/** @param seconds since the first upload began */
export function stepText(step: PublishStep, seconds: number): string {
  switch (step.step) {
    case 'looking':
      return 'Looking at the folder and at the bucket …'
    case 'comparing':
      return `Compared ${step.done.toLocaleString('en')} of ${count(step.total)} …`
    case 'uploading': {
      const rate = seconds > 0 ? `, ${bytesText(step.bytes / seconds)}/s` : ''
      return `Uploaded ${step.done.toLocaleString('en')} of ${count(step.total)}, ${bytesText(step.bytes)} of ${bytesText(step.totalBytes)}${rate} …`
    }
  }
}

export const uploadedText = ({ done, total }: Extract<PublishStep, { step: 'uploading' }>): string =>
  `${done.toLocaleString('en')} of ${count(total)} ${done === 1 ? 'is' : 'are'} uploaded; run the same command again: it uploads the rest`

/** A tenant whose files were published. */
export type PublishedTenant = {
  id: string
  /** Where it is served: `https://shop.sites.example.com/`. */
  url: string
  /** `deployed`, or why the URL is not served yet. */
  status: string
}

const destinationText = ({ destination }: PublishOptions): string => `s3://${destination.bucket}/${destination.prefix}`

/** @param previews of pictures, where they were asked for */
export function publishedOf({ files }: PublishOutcome, urlOf: ObjectUrlOf, previews?: Previews): Published {
  return Object.fromEntries(
    files.map(({ path, key, wanted: { sha256, bytes, contentType, heicSha256 } }) => {
      const found = urlOf(key, sha256)
      const url = found.kind === 'url' ? found.url : null
      const made = heicSha256 === undefined ? {} : { convertedFrom: { contentType: 'image/heic', sha256: heicSha256 } }
      return [path, { url, key, sha256, bytes, contentType, ...made, ...previews?.get(path) }]
    }),
  )
}

const changedOf = ({ files }: PublishOutcome): Compared[] => files.filter(({ change }) => change.kind !== 'same')

const REASONS = { new: 'new', changed: 'changed', headers: 'headers', same: '' } as const

export function publishText(
  outcome: PublishOutcome,
  published: Published,
  options: PublishOptions,
  paint: Paint,
  tenant?: PublishedTenant,
): string {
  const changed = changedOf(outcome)
  const all = count(outcome.files.length)
  const location = destinationText(options)
  if (changed.length === 0) {
    const urls = options.isDryRun ? [] : [urlsText(options)]
    return `${[`${paint('green', 'Nothing to upload')}: ${all} ${outcome.files.length === 1 ? `is in ${location} as it is here` : `are in ${location} as they are here`}`, ...urls, ...tenantLines(tenant)].join('\n')}\n`
  }
  const did = options.isDryRun ? 'Would upload' : 'Uploaded'
  const line = ({ path, key, wanted, change }: Compared) => {
    const differences = change.kind === 'headers' ? ` (${change.differences.join(', ')})` : ''
    const what = options.isDryRun
      ? `${path}, ${bytesText(wanted.bytes)}`
      : (published[path]?.url ?? `s3://${options.destination.bucket}/${key}`)
    return `  ${paint('dim', REASONS[change.kind].padEnd(9))}${printable(what)}${differences}`
  }
  const summary = `${did} ${changed.length.toLocaleString('en')} of ${all}, ${bytesText(bytesOf(changed))}, to ${location}`
  const urls = options.isDryRun ? [] : ['', urlsText(options)]
  return `${[paint('green', summary), '', ...changed.map(line), ...urls, ...tenantLines(tenant)].join('\n')}\n`
}

function tenantLines(tenant: PublishedTenant | undefined): string[] {
  if (tenant === undefined) return []
  const { id, url, status } = tenant
  return [`${id} is at ${url}${status === 'deployed' ? '' : `, once it is deployed: it is ${status}`}`]
}

const urlsText = ({ manifest }: PublishOptions): string => `The URLs of all files: ${manifest}`

export function publishJson(
  outcome: PublishOutcome,
  published: Published,
  options: PublishOptions,
  tenant?: PublishedTenant,
): string {
  const changed = changedOf(outcome)
  return `${JSON.stringify({
    destination: destinationText(options),
    ...(tenant && { tenant }),
    isDryRun: options.isDryRun,
    uploads: changed.map(({ path, key, wanted, change }) => ({
      path,
      key,
      bytes: wanted.bytes,
      reason: change.kind,
      ...(change.kind === 'headers' && { differences: change.differences }),
    })),
    unchanged: outcome.files.length - changed.length,
    leftOut: outcome.leftOut,
    manifest: options.isDryRun ? null : options.manifest,
    files: published,
  })}\n`
}

/** What is worth knowing besides, a line each. */
export function publishNotes(outcome: PublishOutcome, urlOf: ObjectUrlOf, { cacheControl }: PublishOptions): string[] {
  const urls = outcome.files.map(({ path, key, wanted }) => ({ path, ...urlOf(key, wanted.sha256) }))
  const reasons = Map.groupBy(
    urls.filter((url) => url.kind === 'none'),
    ({ reason }) => reason,
  )
  const unversioned = urls.filter((url) => url.kind === 'url' && !url.isVersioned)
  const untyped = outcome.files.filter(({ wanted }) => wanted.contentType === UNKNOWN_TYPE)
  const unconverted = outcome.files.filter(({ isLeft }) => isLeft)
  return [
    ...Object.entries(LEFT_OUT).flatMap(([reason, what]) => {
      const those = outcome.leftOut.filter((left) => left.reason === reason)
      return those.length > 0 ? [`Left out, ${what}: ${namesOf(those)}`] : []
    }),
    ...[...reasons].map(([reason, those]) => `No URL, because ${reason}: ${namesOf(those)}`),
    ...(unversioned.length > 0
      ? [`No version in the URL, because the route has no parameter for one: ${namesOf(unversioned)}`]
      : []),
    ...(untyped.length > 0
      ? [`Of no type that is known, so that browsers take them for downloads: ${namesOf(untyped)}`]
      : []),
    ...(unconverted.length > 0 ? [`HEIC that can't be converted, uploaded as it is: ${namesOf(unconverted)}`] : []),
    ...(cacheControl !== undefined && keepsFromCaching(cacheControl)
      ? [`cache-control: ${cacheControl} keeps what has a version from being cached, too`]
      : []),
  ]
}

const LEFT_OUT: Record<LeftOut['reason'], string> = {
  hidden: 'hidden',
  link: 'a symbolic link',
  special: 'neither a file nor a folder',
  manifest: 'the list of URLs itself',
}

/** Names that are shown of a longer list. */
const NAMES_SHOWN = 3

function namesOf(those: readonly { path: string }[]): string {
  const shown = those.slice(0, NAMES_SHOWN).map(({ path }) => printable(path))
  const more = those.length - shown.length
  return `${shown.join(', ')}${more > 0 ? ` and ${more.toLocaleString('en')} more` : ''}`
}

/** File names may hold control characters, which a terminal would obey. */
const printable = (text: string): string => text.replace(/\p{Cc}/gu, '\ufffd')
