/** The software bill of materials of what was built, as CycloneDX. The same bundle gives the same text. */
import { createHash } from 'node:crypto'
import { Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library'
import { HEIC_NOTES } from './libheif.ts'
import type { Built } from './manifest.ts'
import type { Package } from './packages.ts'

/** The package of libvips: one binary, with all libraries that it is made from in it. */
const LIBVIPS = '@img/sharp-libvips-linux-x64'

/** The package with HEVC in it. */
const LIBHEIF = 'libheif-js'

/** @param version of Rimlight */
export function sbomOf(built: readonly Built[], version: string): string {
  const bom = new Models.Bom()
  const rimlight = new Models.Component(Enums.ComponentType.Application, 'rimlight', {
    bomRef: `rimlight@${version}`,
    version,
    licenses: licensed('MIT'),
  })
  bom.metadata.component = rimlight
  const packages = new Map<string, Models.Component>()
  for (const { target, content, packages: parts, native = {} } of built) {
    const file = new Models.Component(Enums.ComponentType.File, target.file, {
      bomRef: target.file,
      hashes: new Models.HashDictionary([
        [Enums.HashAlgorithm['SHA-256'], createHash('sha256').update(content).digest('hex')],
      ]),
    })
    for (const part of parts) {
      const known = packages.get(idOf(part)) ?? packageComponent(part, part.name === LIBVIPS ? native : {})
      packages.set(idOf(part), known)
      file.dependencies.add(known.bomRef)
    }
    bom.components.add(file)
    rimlight.dependencies.add(file.bomRef)
  }
  for (const component of packages.values()) bom.components.add(component)
  // No serial number and no time: both would differ from build to build.
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6))
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`
}

const idOf = ({ name, version }: Package): string => `${name}@${version}`

function packageComponent(part: Package, native: Record<string, string>): Models.Component {
  const component = new Models.Component(Enums.ComponentType.Library, part.name, {
    bomRef: idOf(part),
    version: part.version,
    purl: `pkg:npm/${part.name.replace('@', '%40')}@${part.version}`,
    licenses: licensed(part.license),
    properties: new Models.PropertyRepository(part.name === LIBHEIF ? notes(HEIC_NOTES) : []),
  })
  for (const [name, version] of Object.entries(native)) {
    component.components.add(
      new Models.Component(Enums.ComponentType.Library, name, { bomRef: `${idOf(part)}#${name}`, version }),
    )
  }
  return component
}

const notes = (texts: Readonly<Record<string, string>>): Models.Property[] =>
  Object.entries(texts).map(([name, text]) => new Models.Property(name, text))

const licensed = (expression: string): Models.LicenseRepository =>
  new Models.LicenseRepository([
    / (?:AND|OR|WITH) /.test(expression)
      ? new Models.LicenseExpression(expression)
      : new Models.SpdxLicense(expression),
  ])
