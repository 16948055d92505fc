/**
 * Makes the sample pictures that the local CloudFront serves where no bucket is given, and their list, `samples.json`.
 * The same bytes on every run; other bytes where sharp brings other encoders.
 * Usage: npm run samples
 */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Sharp } from 'sharp'
import { balloons } from './samples/balloons.ts'
import { boat } from './samples/boat.ts'
import { desert } from './samples/desert.ts'
import { dusk } from './samples/dusk.ts'
import { forest } from './samples/forest.ts'
import { lighthouse } from './samples/lighthouse.ts'
import { galleryJson, LOGO } from './samples/texts.ts'
import { rainyWindow } from './samples/window.ts'

const FOLDER = join(import.meta.dirname, '../local/samples')

/** What a camera leaves behind, so that one can see it gone. */
const EXIF = {
  IFD0: { Copyright: 'Rimlight, MIT licence', Artist: 'A script', Software: 'test/samples.ts' },
}

/** Width and height are what a viewer sees; 0 of what is no picture. */
type Sample = { path: string; width: number; height: number; bytes: number; about: string }
type Recipe = Omit<Sample, 'bytes'> & { make: () => Sharp | Promise<Sharp> }

/** A camera that was held upright: the picture lies on its side, and EXIF says so. */
const onItsSide = (picture: Sharp): Sharp => picture.rotate(270)

const jpeg = (picture: Sharp, quality: number, orientation = 1): Sharp =>
  picture.withExif(EXIF).withMetadata({ orientation }).jpeg({ quality })

const RECIPES: readonly Recipe[] = [
  {
    path: 'photos/dusk.jpg',
    width: 2400,
    height: 1600,
    about: 'Dusk over seven ridges',
    make: () => jpeg(dusk(), 88),
  },
  {
    path: 'photos/lighthouse.jpg',
    width: 2400,
    height: 1600,
    about: 'A lighthouse, its rim lit',
    make: () => jpeg(lighthouse(), 88),
  },
  {
    path: 'photos/desert.jpg',
    width: 1600,
    height: 2400,
    about: 'A tent below the Milky Way',
    make: () => jpeg(desert(), 84),
  },
  {
    path: 'photos/forest.jpg',
    width: 1200,
    height: 1800,
    about: 'Morning in a forest, turned by EXIF alone',
    make: () => jpeg(onItsSide(forest()), 86, 6),
  },
  {
    path: 'photos/window.webp',
    width: 1500,
    height: 1000,
    about: 'Rain on a window, WebP already',
    make: () => rainyWindow().withExif(EXIF).webp({ quality: 84 }),
  },
  {
    path: 'drawings/balloons.png',
    width: 1200,
    height: 1200,
    about: 'Balloons that let light through',
    make: () => balloons().withExif(EXIF).png({ compressionLevel: 9, effort: 10 }),
  },
  { path: 'drawings/boat.gif', width: 400, height: 300, about: 'A paper boat, 24 frames', make: boat },
]

async function write(path: string, body: Buffer | string): Promise<number> {
  const file = join(FOLDER, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, body)
  const bytes = Buffer.byteLength(body)
  console.log(`${`${bytes.toLocaleString('en-GB')} bytes`.padStart(15)}  local/samples/${path}`)
  return bytes
}

async function sampleOf({ make, ...sample }: Recipe): Promise<Sample> {
  const picture = await make()
  return { ...sample, bytes: await write(sample.path, await picture.toBuffer()) }
}

await rm(FOLDER, { recursive: true, force: true })
const pictures: Sample[] = []
for (const recipe of RECIPES) pictures.push(await sampleOf(recipe))
const logo = { path: 'drawings/logo.svg', width: 240, height: 240, about: 'A drawing in SVG, passed through as it is' }
const drawn = [...pictures, { ...logo, bytes: await write(logo.path, LOGO) }]
const text = { path: 'texts/gallery.json', width: 0, height: 0, about: 'A list in JSON, compressed on its way' }
const samples: Sample[] = [...drawn, { ...text, bytes: await write(text.path, galleryJson(drawn)) }]
await write('samples.json', `${JSON.stringify(samples, null, 2)}\n`)
