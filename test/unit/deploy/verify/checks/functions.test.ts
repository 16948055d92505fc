import { describe, expect, it } from 'vitest'
import type { CheckTarget } from '../../../../../deploy/verify/check-target.ts'
import { asked, withObject } from '../fixture-asking.ts'
import { targetsOfConfig } from '../fixture-targets.ts'

const [photos] = targetsOfConfig({
  domains: ['www.example.com'],
  origins: { photos: { bucket: 'example-photos', region: 'us-east-1' } },
  routes: [{ path: '/*', origin: 'photos', cache: {}, placeholder: 'site/missing.png' }],
}) as [CheckTarget]

describe('an object that was named, and is a 404', () => {
  const lost = async (said: string) => {
    const target = withObject(photos, '/a.jpg', { status: 404, headers: [['x-rimlight', said]] })
    return (await asked('object', target, () => expect.unreachable('nothing more is asked'))).finding
  }

  it.each(['missing; s3=403', 'placeholder; s3=403', 'placeholder; webp; 320x213; q=80; s3=403'])(
    '%s: S3 refused, and what may lack is named',
    async (said) => {
      const finding = await lost(said)
      expect(finding).toMatchObject({ status: 'differs', found: expect.stringContaining(`x-rimlight: '${said}'`) })
      for (const text of ['the origin photos', 's3:GetObject', 'kms:Decrypt', '`rimlight status`']) {
        expect(finding).toMatchObject({ means: expect.stringContaining(text) })
      }
    },
  )

  it.each(['missing; s3=404', 'placeholder; reason=too-large; s3=404'])('%s: the name is wrong', async (said) => {
    expect(await lost(said)).toMatchObject({
      means: expect.stringContaining('S3 says that there is no such key, or no such bucket'),
    })
  })
})
