import { expect, test } from 'vitest'
import { ratiosOf, variantCount } from '../../../build/variants.ts'
import type { Fields } from '../../../edge/event.ts'
import { imageRuleOf } from '../../../edge/image-rule.ts'
import type { ImageRule } from '../../../edge/rules.ts'
import { variantOf, variantText } from '../../../edge/variant.ts'
import { EXTENT } from '../../runs.ts'
import { settingsWith } from './settings.ts'

const ruleOf = (images: unknown): ImageRule => {
  const settings = settingsWith({ 'routes[2].images': images }).routes[2]?.images
  return settings ? imageRuleOf(settings) : expect.fail('no images')
}

const DIGITS = [...'012345678']
const POSITIONS = ['', 'attention', 'entropy', ...DIGITS.flatMap((x) => DIGITS.map((y) => `${x}${y}`))]

const textOf = (rule: ImageRule, values: Record<string, string | number>): string => {
  const fields: Fields = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, { value: `${value}` }]),
  )
  return variantText(variantOf(fields, undefined, '', rule))
}

/** Every variant that any request can ask for, by asking for all, but for parts. */
function countByAsking(rule: ImageRule): number {
  const sizes = [
    0,
    ...rule.widths.map(Number),
    ...new Set(rule.widths.flatMap((w) => ratiosOf(rule).map((r) => Math.round(w / r) || 1))),
  ]
  const texts = new Set<string>()
  for (const fm of ['', ...rule.requestable])
    for (const q of [0, ...(rule.qualities.length > 1 ? ['auto'] : []), ...rule.qualities])
      for (const bg of ['', ...(rule.backgrounds ?? [])])
        for (const blur of [0, ...(rule.blurs ?? [])])
          for (const w of sizes)
            for (const h of sizes) {
              texts.add(textOf(rule, { fm, q, bg, blur, w, h }))
              for (const crop of POSITIONS) texts.add(textOf(rule, { fm, q, bg, blur, w, h, crop, fit: 'crop' }))
            }
  return texts.size
}

test.each<[string, object]>([
  ['one of each', { widths: [100], ratios: ['1:1'], qualities: [80] }],
  ['several widths', { widths: [100, 200], ratios: ['1:1', '3:2'], qualities: [80] }],
  ['ratios that come to one height', { widths: [16, 100], ratios: ['1:1', '100:101'], qualities: [80] }],
  [
    'qualities and AVIF',
    { formats: ['avif', 'webp'], widths: [100, 150], ratios: ['3:2', '2:3'], qualities: [50, 80] },
  ],
  ['any ratio', { widths: [1], qualities: [80] }],
  ['previews', { widths: [100], ratios: ['1:1'], qualities: [50, 80], previews: true }],
  ['a quality that is found', { widths: [100], ratios: ['1:1'], qualities: [50, 80], quality: 'auto' }],
  [
    'backgrounds and blurs',
    { widths: [100], ratios: ['1:1'], qualities: [80], backgrounds: ['ffffff', '000000'], blurs: [5, 20] },
  ],
  ['a quality that is found, and one to ask for', { widths: [100], ratios: ['1:1'], qualities: [80], quality: 'auto' }],
])('as many as can be asked for: %s', (_rule, images) => {
  const rule = ruleOf({ ...images, rect: false })
  expect(variantCount(rule)).toEqual({ variants: countByAsking(rule), parts: 0 })
})

test('parts: no more than are counted', () => {
  const rule = ruleOf({ widths: [100], ratios: ['1:1'], qualities: [80] })
  const { parts } = variantCount(rule)
  const texts = new Set<string>()
  // All that there are of up to a hundred pixels, the grids of one pixel and of two; in a short run, in every tenth line alone.
  const lines = Array.from({ length: 101 }, (_, y) => y).filter((y) => EXTENT === 'full' || y % 10 === 0)
  for (const y of lines)
    for (let x = 0; x <= 100; x += 1)
      for (let w = 1; w <= 100; w += 1) texts.add(textOf(rule, { rect: `${x},${y},${w},${w}` }))
  expect(texts.size).toBeLessThan(parts / 5 / 4)
  const onBoth = lines.filter((y) => y % 2 === 0)
  const fine = lines.filter((y) => y <= 64).length * 65 * 64
  const coarse = onBoth.length * 51 * 50 - onBoth.filter((y) => y <= 64).length * 33 * 32
  expect(texts.size).toBe(fine + coarse)
})

test('with the default ladders', () => {
  expect(variantCount(ruleOf({ rect: false }))).toEqual({ variants: 6_953_667, parts: 0 })
  const { variants, parts } = variantCount(ruleOf(true))
  expect(variants - parts).toBe(6_953_667)
})
