import sharp from 'sharp'
import { expect, it } from 'vitest'
import { rawTiff } from '../../../origin-response/raw-tiff.ts'

it.each([
  [1, 1, false],
  [7, 5, false],
  [7, 5, true],
  [33, 64, false],
  [31, 65, true],
  [200, 300, false],
])('%dx%d, alpha %s, is what sharp reads', async (width, height, hasAlpha) => {
  const channels = hasAlpha ? 4 : 3
  const { file, pixels } = rawTiff({ width, height, hasAlpha })
  const values = Buffer.from(Array.from({ length: width * height * channels }, (_, i) => (i * 31) % 251))
  pixels.set(values)
  const { data, info } = await sharp(Buffer.from(file), { failOn: 'warning' })
    .raw()
    .toBuffer({ resolveWithObject: true })
  expect(info).toMatchObject({ width, height, channels })
  expect(data.equals(values)).toBe(true)
})

it('has the profile that it is given', async () => {
  const tagged = await sharp({ create: { width: 1, height: 1, channels: 3, background: '#000' } })
    .withIccProfile('p3')
    .png()
    .toBuffer()
  const profile = (await sharp(tagged).metadata()).icc as Buffer
  const { file } = rawTiff({ width: 9, height: 9, hasAlpha: false, profile })
  expect((await sharp(Buffer.from(file)).metadata()).icc?.equals(profile)).toBe(true)
})
