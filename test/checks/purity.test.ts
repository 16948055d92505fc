import { describe, expect, it, test } from 'vitest'
import { impurities } from './purity.ts'
import { codeFiles } from './sources.ts'

const edge = Object.entries(codeFiles()).filter(([file]) => file.startsWith('edge/'))

test('edge/ uses no clock, no dice, no console and nothing of Node', () => {
  expect(edge.length).toBeGreaterThan(15)
  expect(edge.flatMap(([file, text]) => impurities(file, text))).toEqual([])
})

describe('what it may not use is reported', () => {
  it.each([
    ['the clock', 'const a = Date.now()', 'Date.now'],
    ['the clock, in brackets', "const a = Date['now']()", 'Date.now'],
    ['the clock, by another name', 'const now = Date.now', 'Date.now'],
    ['the date of today', 'const a = new Date()', 'new Date()'],
    ['the date of today, as text', 'const a = Date()', 'Date()'],
    ['a better clock', 'const a = performance.now()', 'performance'],
    ['dice', 'const a = Math.random()', 'Math.random'],
    ['better dice', 'const a = crypto.randomUUID()', 'crypto'],
    ['the process', 'const a = process.env.A', 'process'],
    ['the process, taken apart', 'const { env } = process', 'process'],
    ['the console', "console.log('a')", 'console'],
    ['Buffer', "const a = Buffer.from('a')", 'Buffer'],
    ['in a literal', 'const a = { process }', 'process'],
    ['by the global object', 'const a = globalThis.process', 'globalThis'],
    ['a timer', 'setTimeout(() => {}, 1)', 'setTimeout'],
    ['the network', "const a = fetch('https://a.example.com')", 'fetch'],
    ['require', "const a = require('a')", 'require'],
    ['its own place', 'const a = import.meta.url', 'import.meta'],
  ])('%s', (_rule, text, what) => {
    expect(impurities('edge/a.ts', `\n${text}`)).toContain(`edge/a.ts:2 uses ${what}`)
  })

  it('names of properties, dates that are given, text and types are not', () => {
    const text = `const a = { process: 1, console() {} }
      const b = a.process + new Date(0).getTime() + Date.parse('2026-11-20')
      const c: Date | string = 'process.env' // Date.now()
      export { b, c }`
    expect(impurities('edge/a.ts', text)).toEqual([])
  })
})
