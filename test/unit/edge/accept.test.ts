import { describe, expect, it, test } from 'vitest'
import { acceptList, accepts } from '../../../edge/accept.ts'

const acceptsWebp = (...lines: [string, ...string[]]) =>
  accepts(
    acceptList({
      value: lines[0],
      ...(lines[1] === undefined ? {} : { multiValue: lines.map((value) => ({ value })) }),
    }),
    'webp',
  )

test('a quote that is never closed is read once, to the end', () => {
  expect(acceptsWebp(`"${'\\"'.repeat(12_000)},image/webp`)).toBe(false)
})

describe('a viewer takes WebP that', () => {
  it.each([
    ['names it alone', 'image/webp'],
    ['names it first', 'image/webp,*/*'],
    ['names it among others, as browsers do', 'image/avif,image/webp,image/apng,image/*,*/*;q=0.8'],
    ['names it last', '*/*,image/webp'],
    ['puts spaces around', 'text/html , image/webp , */*'],
    ['writes it in any case', 'Image/WebP'],
    ['puts tabs around', 'text/html\t,\timage/webp\t;\tq=0.5'],
    ['gives it a weight', 'image/webp;q=0.1'],
    ['gives it the least weight', 'image/webp;q=0.001'],
    ['gives it a weight of 1', 'image/webp;q=1.000'],
    ['puts spaces around the weight', 'image/webp ; q = 0.5'],
    ['gives it a parameter', 'image/webp;level=1'],
    ['gives it a parameter whose value begins with 0', 'image/webp;x=0'],
    ['gives it a parameter with a comma in quotes', 'image/webp;x="a,b";q=1'],
    ['refuses another format', 'image/avif;q=0,image/webp'],
  ])('%s', (_rule, accept) => {
    expect(acceptsWebp(accept)).toBe(true)
  })
})

describe('a viewer does not take WebP that', () => {
  it.each([
    ['says nothing', ''],
    ['takes any image', 'image/*'],
    ['takes anything', '*/*'],
    ['names another', 'image/avif,image/png'],
    ['gives it no weight', 'image/webp;q=0'],
    ['gives it no weight, with decimals', 'image/webp;q=0.000'],
    ['gives it no weight, with a point', 'image/webp;q=0.'],
    ['gives it no weight, in upper case', 'image/webp;Q=0'],
    ['gives it no weight, with spaces', 'image/webp ; q = 0 , */*'],
    ['gives it no weight after a parameter', 'image/webp;level=1;q=0'],
    ['gives it no weight before a parameter', 'image/webp;q=0;level=1'],
    ['gives it no weight among others', 'image/avif,image/webp;q=0,image/*'],
    ['names something longer', 'image/webpx,image/webp2'],
    ['names something before it', 'ximage/webp'],
    ['names it behind a quote: nothing there is read', 'text/x;a="b",image/webp,*/*'],
    ['gives it no weight, with tabs', 'image/webp\t;\tq\t=\t0'],
    ['names it in quotes', 'text/x;a=",image/webp,"'],
    ['names it in quotes with escapes', 'text/x;a="\\",image/webp,"'],
  ])('%s', (_rule, accept) => {
    expect(acceptsWebp(accept)).toBe(false)
  })
})

test('of more than 256 characters none is read', () => {
  expect(acceptsWebp(`image/webp,${'x'.repeat(245)}`)).toBe(true)
  expect(acceptsWebp(`image/webp,${'x'.repeat(246)}`)).toBe(false)
})

test('every line counts, of the first ten', () => {
  expect(acceptsWebp('text/html', 'image/webp')).toBe(true)
  expect(acceptsWebp('text/html', 'image/*')).toBe(false)
  expect(acceptsWebp('image/webp;q=0', 'image/avif')).toBe(false)
  expect(acceptsWebp('a/b', ...Array(8).fill('a/b'), 'image/webp')).toBe(true)
  expect(acceptsWebp('a/b', ...Array(9).fill('a/b'), 'image/webp')).toBe(false)
})

test('each format has its own name', () => {
  expect(accepts(acceptList({ value: 'image/webp,image/apng' }), 'avif')).toBe(false)
  expect(accepts(acceptList({ value: 'image/avif,image/apng' }), 'avif')).toBe(true)
})

test('a misshapen header accepts nothing', () => {
  for (const value of [5, null, undefined, {}]) {
    expect(accepts(acceptList({ value: value as unknown as string }), 'webp')).toBe(false)
  }
})

test('a list made to be tried again and again is read once', () => {
  expect(acceptsWebp(`image/webp${';a=b'.repeat(5_000)};q=0`)).toBe(false)
  expect(acceptsWebp(`${'image/webp;q=0,'.repeat(16)}image/webp`)).toBe(true)
  expect(acceptsWebp(`${' '.repeat(3_000)}x,${'"'.repeat(3_001)}`)).toBe(false)
})
