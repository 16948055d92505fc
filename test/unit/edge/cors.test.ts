import { describe, expect, it, test } from 'vitest'
import { preflightHeaders } from '../../../edge/cors.ts'

const preflight = { 'access-control-allow-methods': { value: 'GET, HEAD' } }
const WWW = 'https://www.example.com'

test('everybody: * whatever the origin, and nothing varies', () => {
  expect(preflightHeaders({ origins: '*', preflight }, WWW)).toEqual({
    'access-control-allow-origin': { value: '*' },
    ...preflight,
  })
})

test('an origin of the list is told that it may', () => {
  expect(preflightHeaders({ origins: ['https://a.example.com', WWW], preflight }, WWW)).toEqual({
    'access-control-allow-origin': { value: WWW },
    ...preflight,
  })
})

describe('a stranger is told nothing, but that it depends on the origin', () => {
  it.each(['https://evil.example', `${WWW}.evil.example`, 'http://www.example.com', 'null', ''])('%j', (origin) => {
    expect(preflightHeaders({ origins: [WWW], preflight }, origin)).toEqual({ vary: { value: 'origin' } })
  })
})

test('the rule stays as it is', () => {
  const rule = { origins: '*' as const, preflight }
  preflightHeaders(rule, WWW)
  expect(rule.preflight).toEqual({ 'access-control-allow-methods': { value: 'GET, HEAD' } })
})
