/** URLs to click, chosen from what the buckets hold. */
import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { itemsOf, type Policies } from '../../bundle/policies.ts'
import type { RunningSite } from '../console/site.ts'
import type { OriginTargets } from '../host/origin-targets.ts'
import { compileBehaviours } from '../platform/behaviours.ts'

export type Example = { url: string; shows: string }

type ExampleFile = { file: string; path: string; cachePolicy: string; isPicture: boolean }

/** Types that can be transformed, the most common first. */
const PICTURES = ['.jpg', '.jpeg', '.png', '.webp', '.avif', '.gif', '.tif', '.tiff']

/** How many files and folders of a bucket are looked at. */
const ENTRIES = 2_000

/** Bytes. Sources beyond it are served as they are, unless the config says otherwise: `maxInputBytes`. */
const MAX_BYTES = 25 * 1024 * 1024

/** URLs to try. None where no files are known, as behind a server. */
export async function examplesOf(site: RunningSite, policies: Policies, targets: OriginTargets): Promise<Example[]> {
  if (site.tenants.length > 0) return tenantExamples(site, targets)
  const found = await filesBehind(site, policies, targets)
  const pictures = found.filter(({ isPicture }) => isPicture)
  for (const extension of PICTURES) {
    const picture = pictures.find(({ path }) => path.toLowerCase().endsWith(extension))
    if (picture) return pictureExamples(`${site.httpsUrl}${picture.path}`, picture, policies)
  }
  return found.slice(0, 1).map(({ path }) => ({ url: `${site.httpsUrl}${path}`, shows: MISS_THEN_HIT }))
}

/** One URL to try for each tenant that has a folder. */
async function tenantExamples({ tenants }: RunningSite, { tenantFolders }: OriginTargets): Promise<Example[]> {
  const examples = tenants.map(async ({ id, url }): Promise<Example[]> => {
    const folder = tenantFolders.find(({ tenant }) => tenant === id)?.folder
    const [file] = folder === undefined ? [] : await visibleFilesIn(folder)
    if (folder === undefined || file === undefined) return []
    return [{ url: `${url}${pathOf(relative(folder, file), '')}`, shows: `of ${id}: ${MISS_THEN_HIT}` }]
  })
  return (await Promise.all(examples)).flat()
}

const MISS_THEN_HIT = 'a Miss; asked for again, a Hit'

async function pictureExamples(
  url: string,
  { file, cachePolicy }: ExampleFile,
  policies: Policies,
): Promise<Example[]> {
  const policy = policies.cachePolicies.find(({ Name }) => Name === cachePolicy)
  const names = itemsOf(policy?.ParametersInCacheKeyAndForwardedToOrigin.QueryStringsConfig.QueryStrings)
  const examples = [
    { url, shows: MISS_THEN_HIT },
    { url: `${url}?w=640`, shows: '640 pixels wide, as WebP for who takes it' },
  ]
  const version = names.includes('v') ? await versionOf(file) : undefined
  return version === undefined
    ? examples
    : [...examples, { url: `${url}?v=${version}`, shows: 'with the version of its bytes: for a year' }]
}

/** The beginning of the ETag that the bucket gives the file, by which origin-response verifies it. */
async function versionOf(file: string): Promise<string | undefined> {
  const bytes = await readFile(file).catch(() => undefined)
  return bytes && createHash('md5').update(bytes).digest('hex').slice(0, 12)
}

/** Files in the folders that viewers can get, with their paths. */
async function filesBehind(site: RunningSite, policies: Policies, targets: OriginTargets): Promise<ExampleFile[]> {
  const behaviourOf = compileBehaviours(
    policies.behaviours.map((behaviour, i) => ({ ...behaviour, ...site.behaviours[i] })),
  )
  const found: ExampleFile[] = []
  for (const [origin, { s3 }] of Object.entries(policies.origins)) {
    const bucket = s3 && targets.byOrigin[origin]?.kind === 'bucket' ? targets.folders[s3.bucket] : undefined
    if (!s3 || !bucket) continue
    // origin-request puts the prefix before every path; the samples' keys begin with it already.
    const prefix = bucket.isSamples ? '' : s3.prefix.replace(/^\/|\/$/g, '')
    for (const file of await visibleFilesIn(bucket.folder)) {
      const path = pathOf(relative(bucket.folder, file), prefix)
      if (path === undefined) continue
      const { origin: asked, cached, images, cachePolicy, trustedKeyGroups } = behaviourOf(path)
      if (asked !== origin || !cached || trustedKeyGroups.length > 0) continue
      const isPicture = images === true && PICTURES.includes(extname(file).toLowerCase())
      found.push({ file, path, cachePolicy, isPicture })
    }
  }
  return found
}

function pathOf(file: string, prefix: string): string | undefined {
  const key = file.split(sep).join('/')
  if (prefix !== '' && !key.startsWith(`${prefix}/`)) return undefined
  const path = prefix === '' ? key : key.slice(prefix.length + 1)
  return `/${path.split('/').map(encodeURIComponent).join('/')}`
}

/** Files of a folder by name, those at the top first, without hidden files and links. */
async function visibleFilesIn(root: string): Promise<string[]> {
  const folders = [root]
  const files: string[] = []
  let room = ENTRIES
  for (const folder of folders) {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1)).slice(0, room)) {
      room -= 1
      const path = join(folder, entry.name)
      if (entry.name.startsWith('.')) continue
      if (entry.isDirectory()) folders.push(path)
      if (entry.isFile() && (await stat(path)).size <= MAX_BYTES) files.push(path)
    }
  }
  return files
}
