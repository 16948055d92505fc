import { expect, test } from 'vitest'
import { imageRuleOf } from '../../../build/compile.ts'
import { variantCount } from '../../../build/variants.ts'
import type { Fields } from '../../../edge/event.ts'
import type { ImageRule } from '../../../edge/rules.ts'
import { variantOf, variantText } from '../../../edge/variant.ts'
import { settingsWith } from './settings.ts'

const ruleOf = (images: unknown): ImageRule => {
  const settings = settingsWith({ 'routes[2].images': images }).routes[2]?.images
  return settings ? imageRuleOf(settings) : expect.fail('no images')
}

/** Every variant that any request can ask for, by asking for all. */
function countByAsking(rule: ImageRule): number {
  const sizes = [
    0,
    ...rule.widths.map(Number),
    ...rule.widths.flatMap((w) => rule.ratios.map((r) => Math.round(w / r))),
  ]
  const texts = new Set<string>()
  for (const fm of ['', 'webp', 'jpg', 'png', 'avif'])
    for (const fit of ['', 'crop'])
      for (const q of [0, ...rule.qualities])
        for (const w of sizes)
          for (const h of sizes) {
            const fields: Fields = Object.fromEntries(
              Object.entries({ fm, fit, q, w, h }).map(([name, value]) => [name, { value: `${value}` }]),
            )
            texts.add(variantText(variantOf(fields, undefined, '', rule)))
          }
  return texts.size
}

test.each<[string, unknown]>([
  ['one of each', { widths: [100], ratios: ['1:1'], qualities: [80] }],
  ['several widths', { widths: [100, 200], ratios: ['1:1', '3:2'], qualities: [80] }],
  ['ratios that come to one height', { widths: [16, 100], ratios: ['1:1', '100:101'], qualities: [80] }],
  [
    'qualities and AVIF',
    { formats: ['avif', 'webp'], widths: [100, 150], ratios: ['3:2', '2:3'], qualities: [50, 80] },
  ],
])('as many as can be asked for: %s', (_rule, images) => {
  const rule = ruleOf(images)
  expect(variantCount(rule)).toBe(countByAsking(rule))
})

test('with the default ladders', () => {
  expect(variantCount(ruleOf(true))).toBe(7_440)
})
