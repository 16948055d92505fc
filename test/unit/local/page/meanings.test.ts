import { expect, it } from 'vitest'
import { missingAs, originalBecause } from '../../../../edge/image.ts'
import { renditionRemark } from '../../../../local/page/meanings.js'

it.each([
  [originalBecause('corrupt'), 'The original, because: corrupt', 'It cannot be decoded, or most of it is missing.'],
  [
    originalBecause('corrupt', 'image/heic'),
    'The original, because: corrupt',
    "It cannot be decoded, or most of it is missing. It is image/heic, which most browsers don't show.",
  ],
  [
    missingAs(404, 'placeholder; reason=too-large'),
    'No placeholder, because: too-large',
    'The source has more bytes than the route transforms.',
  ],
  [
    missingAs(403, 'placeholder; webp; 320x213; q=80'),
    'A placeholder',
    'The object is missing. What the route says was shown in its place, with the status 404.',
  ],
  ['webp; 640x427; q=80; frames=1/24', 'A rendition', 'webp, 640 × 427 px, quality 80, frames=1/24'],
])('x-rimlight: %s is told in words', (rimlight, title, text) => {
  expect(renditionRemark(rimlight)).toMatchObject({ title, text })
})

it.each(['', missingAs(404)])('x-rimlight: %j, which is not about a rendition, has no remark', (rimlight) => {
  expect(renditionRemark(rimlight)).toBeUndefined()
})
