import { expect, test } from 'vitest'
import { isThisMachine } from '../../../base/this-machine.ts'

test.each([
  ['https://localhost:8443', true],
  ['https://LOCALHOST', true],
  ['https://photos.localhost', true],
  ['https://127.0.0.1:8443', true],
  // The URL parser writes both as 127.0.0.1.
  ['https://127.1', true],
  ['https://0x7f000001', true],
  ['https://127.200.0.9', true],
  ['https://[::1]:8443', true],
  ['https://[0:0:0:0:0:0:0:1]', true],
  ['https://[::2]', false],
  ['https://10.0.0.1', false],
  ['https://cdn.example.com', false],
  ['https://localhost.example.com', false],
  ['https://notlocalhost', false],
  ['https://127.0.0.1.example.com', false],
])('%s: %s', (url, isHere) => {
  expect(isThisMachine(new URL(url))).toBe(isHere)
})
