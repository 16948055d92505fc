import { describe, expect, it } from 'vitest'
import { isOwnHost } from '../../../../local/platform/host-names.ts'

const DOMAINS = ['cdn.example.com', '*.img.example.com']

describe('a Host that no stranger owns', () => {
  it.each([
    'localhost',
    'localhost:8443',
    'LOCALHOST',
    'a.localhost',
    '127.0.0.1:8080',
    '[::1]:8443',
    '[::ffff:127.0.0.1]',
    'cdn.example.com',
    'CDN.example.com:8443',
    'a.img.example.com',
  ])('%s', (host) => expect(isOwnHost(host, DOMAINS)).toBe(true))
})

describe('a Host that anybody could have lead here', () => {
  it.each([
    '',
    'example.com',
    'img.example.com',
    'evilcdn.example.com',
    'cdn.example.com.evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'evil.example/localhost',
    '[evil.example]',
    'cdn.example.com:80:80',
  ])('%s', (host) => expect(isOwnHost(host, DOMAINS)).toBe(false))
})
