/** Of which region the prices of S3 count. */
import { InputError } from '../../base/errors.ts'
import { isS3, type Settings } from '../../bundle/settings.ts'
import { S3 } from './prices.ts'

/**
 * Of the first bucket of the config, where its prices are known, else us-east-1.
 * @throws InputError where a region is named that has no prices here
 */
export function s3RegionOf(named: string | undefined, settings: Settings | undefined): string {
  const known = Object.keys(S3)
  if (named === undefined) {
    const bucket = Object.values(settings?.origins ?? {}).find(isS3)
    return bucket && known.includes(bucket.region) ? bucket.region : 'us-east-1'
  }
  if (known.includes(named)) return named
  const expected = known.join(' or ')
  throw new InputError(`--s3-region: expected ${expected}, of which prices are known, found ${JSON.stringify(named)}`, {
    code: 'no-such-price',
    expected,
    found: named,
  })
}
