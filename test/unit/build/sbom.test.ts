import { Spec, Validation } from '@cyclonedx/cyclonedx-library'
import { describe, expect, it } from 'vitest'
import type { Built } from '../../../build/manifest.ts'
import { sbomOf } from '../../../build/sbom.ts'
import { TARGETS } from '../../../build/targets.ts'

const PACKAGES = [
  { name: '@img/sharp-libvips-linux-x64', version: '1.2.3', license: 'LGPL-3.0-or-later' },
  { name: 'sharp', version: '0.35.5', license: 'Apache-2.0' },
  { name: 'two', version: '1.0.0', license: '(MIT OR Apache-2.0)' },
]

const built: Built[] = TARGETS.map((target) => ({
  target,
  content: Buffer.from(target.file),
  packages: target.lazy.length > 0 ? PACKAGES : [],
  ...(target.lazy.length > 0 && { native: { vips: '8.18.7', webp: '1.6.0' } }),
}))

const text = sbomOf(built, '1.2.3')
const bom = JSON.parse(text)
const component = (name: string) => bom.components.find((one: { name: string }) => one.name === name)

describe('the bill of materials', () => {
  it('is CycloneDX', async () => {
    expect(await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text)).toBeNull()
  })

  it('names the files with their hashes', () => {
    expect(component('origin-request.zip')).toMatchObject({
      type: 'file',
      hashes: [{ alg: 'SHA-256', content: 'c2b826ea48234171b46cdb9a6b298a37ee9e6f4d0b889c88006a6ae88fa347b6' }],
    })
  })

  it('names the packages in them, with version, licence and package URL', () => {
    expect(component('sharp')).toMatchObject({
      type: 'library',
      version: '0.35.5',
      purl: 'pkg:npm/sharp@0.35.5',
      licenses: [{ license: { id: 'Apache-2.0' } }],
    })
    expect(component('two').licenses).toEqual([{ expression: '(MIT OR Apache-2.0)' }])
  })

  it('names what libvips is made from', () => {
    const { components } = component('@img/sharp-libvips-linux-x64')
    expect(components.map(({ name, version }: Record<string, string>) => `${name} ${version}`)).toEqual([
      'vips 8.18.7',
      'webp 1.6.0',
    ])
  })

  it('says what is in what', () => {
    const on = (ref: string) => bom.dependencies.find((one: { ref: string }) => one.ref === ref)?.dependsOn
    expect(on('rimlight@1.2.3')).toEqual([
      'origin-request.zip',
      'origin-response.zip',
      'viewer-request.js',
      'viewer-request.zip',
    ])
    expect(on('origin-response.zip')).toEqual(['@img/sharp-libvips-linux-x64@1.2.3', 'sharp@0.35.5', 'two@1.0.0'])
    expect(on('origin-request.zip')).toBeUndefined()
  })

  it('is the same text for the same files', () => {
    expect(sbomOf(built, '1.2.3')).toBe(text)
    expect(text).not.toMatch(/serialNumber|timestamp/)
  })
})
