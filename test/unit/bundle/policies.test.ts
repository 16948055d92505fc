import { expect, test } from 'vitest'
import { keyPrefix } from '../../../bundle/policies.ts'

test.each([
  ['', ''],
  ['/site', 'site/'],
  ['/site/%C3%A9t%C3%A9', 'site/été/'],
  ['/a%2Fb', 'a/b/'],
])('the prefix %j is %j in keys', (prefix, expected) => {
  expect(keyPrefix(prefix)).toBe(expected)
})
