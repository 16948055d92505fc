/** From a key to the URL that viewers use, by the bundle's routes or by a base. */

import type { Settings } from '../../bundle/settings.ts'
import type { Config } from '../../edge/config.ts'
import { fromKey, type Site, siteOf } from '../../urls/urls.ts'
import type { Destination } from './options.ts'

export type ObjectUrl =
  /** `isVersioned`: the route has a version parameter. */
  { kind: 'url'; url: string; isVersioned: boolean } | { kind: 'none'; reason: string }

/** @param sha256 in hex */
export type ObjectUrlOf = (key: string, sha256: string) => ObjectUrl

/** Characters of the hash that make a version, 64 bits: origin-response verifies it as a prefix of `x-amz-meta-sha256`. */
const VERSION_CHARACTERS = 16

const versionOf = (sha256: string): string => sha256.slice(0, VERSION_CHARACTERS)

export const NO_URL: ObjectUrlOf = () => ({ kind: 'none', reason: 'there is neither a bundle nor --url' })

export function urlsOfBundle(settings: Settings, { bucket }: Destination): ObjectUrlOf {
  // The settings are the config, checked and with its defaults.
  const site = siteOf(settings as Config)
  return (key, sha256) => {
    try {
      return objectUrl(fromKey(site, key, { version: versionOf(sha256), bucket }))
    } catch (error) {
      if (error instanceof TypeError) return { kind: 'none', reason: reasonOf(error, settings) }
      throw error
    }
  }
}

/** @param keyPrefix what a tenant's keys begin with, and what stands before what the bundle knows of keys; with a slash */
export function urlsOfTenant(settings: Settings, domain: string, bucket: string, keyPrefix: string): ObjectUrlOf {
  const urlOf = urlsOfBundle({ ...settings, domains: [domain] }, { bucket, prefix: '' })
  return (key, sha256) => urlOf(key.slice(keyPrefix.length), sha256)
}

/** @param base what stands for the destination */
export function urlsOfBase(base: string, { bucket, prefix }: Destination): ObjectUrlOf {
  const site: Site = { domains: ['base'], routes: [{ path: '/*', bucket, prefix }] }
  return (key, sha256) => {
    try {
      const url = fromKey(site, key, { version: versionOf(sha256) })
      return objectUrl(base + url.slice('https://base'.length))
    } catch (error) {
      if (error instanceof TypeError) return { kind: 'none', reason: tailOf(error) }
      throw error
    }
  }
}

const objectUrl = (url: string): ObjectUrl => ({ kind: 'url', url, isVersioned: url.includes('?') })

/** The last part of a message such as `key: expected …, found "…": its path …`. */
const tailOf = ({ message }: TypeError): string => message.slice(message.lastIndexOf('": ') + '": '.length)

function reasonOf(error: TypeError, settings: Settings): string {
  const reason = tailOf(error)
  const [, path] = /^its path belongs to the route (.+)$/s.exec(reason) ?? []
  const route = settings.routes.find((route) => route.path === path)
  return route?.cache === 'never'
    ? `its path belongs to the route ${path}, which is never cached: a URL that S3 has signed leads to it`
    : reason
}
