/** `rimlight publish`: a folder into a bucket, and the URLs that lead there. */
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure, Interrupted, unexpectedInput } from '../base/errors.ts'
import { keyPrefix } from '../bundle/policies.ts'
import { readBundle } from '../bundle/read-bundle.ts'
import { tenantBucket } from '../bundle/tenant.ts'
import { defineCommand, type Main } from '../cli/kit/command.ts'
import { interrupt } from '../cli/kit/interrupt.ts'
import { type Output, painter, statusLine } from '../cli/kit/output.ts'
import { heicConverter } from './publish/convert-heic.ts'
import { NO_URL, type ObjectUrlOf, urlsOfBase, urlsOfBundle, urlsOfTenant } from './publish/object-urls.ts'
import { PUBLISH_OPTIONS, type PublishOptions, type PublishRequest, readPublishOptions } from './publish/options.ts'
import { type Previews, previewMaker } from './publish/previews.ts'
import { type PublishOutcome, type PublishStep, publish } from './publish/publish.ts'
import { writePublished } from './publish/published.ts'
import {
  type PublishedTenant,
  publishedOf,
  publishJson,
  publishNotes,
  publishText,
  stepText,
  uploadedText,
} from './publish/report.ts'

/** Where a tenant's objects are, and where it is served. */
export type TenantPlace = PublishedTenant & {
  bucket: string
  /** Of all its keys, before a slash. */
  prefix: string
}

/** @param tenantOf looks a tenant up in a store. @throws InputError: there is none of this id, or it is being deleted */
export const publishCommand = (tenantOf: (id: string, store: string) => Promise<TenantPlace>): Main =>
  defineCommand({
    name: 'rimlight publish',
    usage: 'DIR s3://BUCKET/PREFIX | DIR --tenant ID [--dist DIR | --url BASE] [--cache-control VALUE] [--dry-run] …',
    about: `Uploads what is new or has changed in a folder, and nothing else, and makes the URLs that lead there: each with the
beginning of its file's SHA-256 as its version, so that it may be cached for a year, and is another one when the file
is. DIR/a.jpg becomes the key PREFIX/a.jpg. Nothing is ever deleted.

A file is the same where the bucket has its size, its SHA-256 (x-amz-meta-sha256, and S3's own checksum where it has
one), its content type and its cache-control. S3 takes the bytes only if they have the SHA-256 that they are said to
have. What is uploaded is there at once and whole; run again after a Ctrl-C, or whatever else, it uploads the rest.

Left out: symbolic links, and what is hidden (names that begin with a dot, but for .well-known; Thumbs.db and its
like). Text is taken to be UTF-8. Without cache-control, the route decides how long a URL without a version is cached;
--cache-control decides for it, and with no-store, no-cache or private keeps URLs with a version from being cached, too.

With --convert-heic, photographs in HEIC, which most browsers don't show, are uploaded as JPEG: under their own names, once, for
the bucket remembers of which bytes each was made. What can't be converted is uploaded as it is, and named.

With --tenant, DIR is what the tenant's site has at /, and the keys begin with the tenant's prefix: DIR/a.jpg becomes
tenants/ID/a.jpg. Where the tenant is served is said at the end, and is \`tenant.url\` with --json.

It takes credentials for AWS with permission for s3:ListBucket on the bucket, and for s3:GetObject and s3:PutObject on
its objects. Comparing costs a request for each file whose size is the same: 0.04 USD for 100,000 files.`,
    takesOperands: true,
    options: PUBLISH_OPTIONS,
    examples: [
      'rimlight publish public s3://example-photos',
      'rimlight publish public s3://example-photos/site --dry-run',
      'rimlight publish out --tenant shop --store sqlite:tenants.db --json',
      'rimlight publish assets s3://example-assets/v2 --url https://cdn.example.com/v2 --manifest build/urls.json',
    ],
    exitCode: '0 the bucket has all of it; 1 it has not, and why; 2 wrong usage or input',
    async run(values, { positionals, stdout, stderr, hint }) {
      const { options, urlOf, region, tenant } = await placed(readPublishOptions(values, positionals, hint), tenantOf)
      // What is not installed is told before anything is uploaded.
      const makePreviews = options.hasPreviews ? await previewMaker() : undefined
      const convertHeic = options.convertsHeic ? await heicConverter() : undefined
      const progress = progressOn(stderr)
      const ends = interrupt()
      let outcome: PublishOutcome
      let previews: Previews | undefined
      try {
        outcome = await publish(options, { region, signal: ends.signal, tell: progress.tell, convertHeic })
        if (!options.isDryRun) previews = await makePreviews?.(outcome.files, options.folder, ends.signal)
      } catch (error) {
        progress.clear()
        const soFar = progress.soFar()
        if (ends.signal.aborted) {
          throw new Interrupted(`Interrupted: ${soFar || 'nothing was uploaded yet'}`, { cause: error })
        }
        throw error instanceof Failure && soFar ? withProgress(error, soFar) : error
      } finally {
        ends.close()
      }
      progress.clear()
      const published = publishedOf(outcome, urlOf, previews)
      if (!options.isDryRun) await writePublished(options.manifest, published)
      for (const note of publishNotes(outcome, urlOf, options)) stderr.write(`${painter(stderr)('yellow', note)}\n`)
      stdout.write(
        values.json
          ? publishJson(outcome, published, options, tenant)
          : publishText(outcome, published, options, painter(stdout), tenant),
      )
      return 0
    },
  })

type Placed = {
  options: PublishOptions
  urlOf: ObjectUrlOf
  region: string | undefined
  tenant: PublishedTenant | undefined
}

async function placed(
  { tenant, destination, ...settings }: PublishRequest,
  tenantOf: (id: string, store: string) => Promise<TenantPlace>,
): Promise<Placed> {
  if (tenant === undefined) {
    const options = { ...settings, destination }
    return { options, ...(await urlSource(options)), tenant: undefined }
  }
  const dist = settings.dist ?? 'dist'
  const bundle = await readBundle(dist)
  const site = tenantBucket(bundle)
  const { bucket, prefix, ...served } = await tenantOf(tenant.id, tenant.store)
  if (site.bucket !== bucket) {
    const [expected, found] = [`the bundle of a site with the bucket ${bucket}`, site.bucket]
    throw unexpectedInput({
      at: '--dist',
      code: 'other-bucket',
      expected: `${expected}, where ${tenant.id} is`,
      found: `one with ${found}`,
    })
  }
  const options = { ...settings, destination: { bucket, prefix: `${prefix}/${keyPrefix(site.prefix)}` } }
  const urlOf = urlsOfTenant(bundle.settings, new URL(served.url).host, bucket, `${prefix}/`)
  return { options, urlOf, region: site.region, tenant: served }
}

/**
 * How URLs are made, and where the bucket is, as far as that is known.
 * @throws InputError for a bucket that the bundle does not have: no URL would lead there
 */
async function urlSource({
  dist,
  url,
  destination,
}: PublishOptions): Promise<{ urlOf: ObjectUrlOf; region: string | undefined }> {
  if (url !== undefined) return { urlOf: urlsOfBase(url, destination), region: undefined }
  if (dist === undefined && !(await isThere(join('dist', 'manifest.json')))) {
    return { urlOf: NO_URL, region: undefined }
  }
  const { settings, policies } = await readBundle(dist ?? 'dist')
  const buckets = Object.values(policies.origins).flatMap(({ s3 }) => s3 ?? [])
  const behind = buckets.find(({ bucket }) => bucket === destination.bucket)
  if (behind) return { urlOf: urlsOfBundle(settings, destination), region: behind.region }
  const names = [...new Set(buckets.map(({ bucket }) => bucket))].join(', ')
  const expected = names === '' ? 'a bundle with a bucket' : `a bucket of the bundle in ${dist ?? 'dist'} (${names})`
  throw unexpectedInput({
    code: 'unknown-bucket',
    expected,
    found: destination.bucket,
    remedy: 'with --url BASE it may be any, and nothing is asked of a bundle',
  })
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

/** Adds to a failure how far the uploads had come. */
const withProgress = (error: Failure, soFar: string): Failure => {
  const { code, expected, found, message } = error
  return new Failure(`${message}\n${soFar}`, { code, expected, found, cause: error })
}

/** Shows progress, at most ten times a second. */
function progressOn(output: Output) {
  const line = statusLine(output)
  let last: PublishStep = { step: 'looking' }
  let began = 0
  let next = 0
  return {
    tell(step: PublishStep) {
      const now = performance.now()
      if (step.step === 'uploading' && last.step !== 'uploading') began = now
      last = step
      if (now < next) return
      next = now + 100
      line.show(stepText(step, (now - began) / 1000))
    },
    clear: line.clear,
    /** Empty: nothing was to be uploaded yet. */
    soFar: () => (last.step === 'uploading' ? uploadedText(last) : ''),
  }
}
