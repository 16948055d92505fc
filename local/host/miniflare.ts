/**
 * Miniflare, without the certificates of `NODE_EXTRA_CA_CERTS`. It reads them when it is loaded and gives them to the way to the
 * internet of whatever it starts, which no Worker here goes: what they ask for goes through this process. As many as a
 * proxy's bundle has, 200 kB of them, take as long as all else of a start.
 */
import { createRequire } from 'node:module'

const VARIABLE = 'NODE_EXTRA_CA_CERTS'

// By `require`, so that nothing else runs meanwhile.
const require = createRequire(import.meta.url)

function loaded(): typeof import('miniflare') {
  const file = process.env[VARIABLE]
  if (file === undefined) return require('miniflare')
  delete process.env[VARIABLE]
  try {
    return require('miniflare')
  } finally {
    process.env[VARIABLE] = file
  }
}

export const { Miniflare, NoOpLog } = loaded()
