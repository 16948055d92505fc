/** The pictures that encoders are measured on: photographs, where there are some, and the project's own pictures. */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { photo } from '../images/pictures.ts'

export type Sample = {
  name: string
  set: 'Kodak' | 'own'
  width: number
  height: number
  /** Uncompressed, so that reading it costs an encoder next to nothing. */
  source: Buffer
  /** The same pixels in a file, for the measures. */
  png: string
}

/** One scaled down as renditions are, one upright, one cut out of a larger picture. */
const OWN: Readonly<Record<string, () => Promise<Sharp>>> = {
  'own-640x427': async () => photo(1920, 1281).resize({ width: 640, height: 427, fit: 'fill' }),
  'own-400x600': async () => photo(400, 600),
  'own-512x512': async () => photo(2048, 1365).extract({ left: 900, top: 500, width: 512, height: 512 }),
}

/**
 * @param folder for the PNG files
 * @param corpus a folder with the Kodak photographs as PNG files in `photos/kodak`
 */
export async function readSamples(folder: string, corpus: string | undefined): Promise<Sample[]> {
  const kodak = corpus === undefined ? undefined : join(corpus, 'photos', 'kodak')
  const files = kodak === undefined ? [] : await readdir(kodak).catch(() => [])
  const names = files.filter((name) => name.endsWith('.png')).toSorted()
  if (kodak !== undefined && names.length === 0) {
    throw new Error(`RIMLIGHT_CORPUS: expected PNG files in ${kodak}, found none`)
  }
  const samples: Sample[] = []
  for (const name of names) {
    const image = sharp(await readFile(join(kodak as string, name)))
    samples.push(await sampleOf(name.replace(/\.png$/, ''), 'Kodak', image, folder))
  }
  for (const [name, make] of Object.entries(OWN)) samples.push(await sampleOf(name, 'own', await make(), folder))
  return samples
}

/** The same picture as a rendition of that width has it. @param folder for its PNG file */
export const narrower = ({ name, set, source }: Sample, width: number, folder: string): Promise<Sample> =>
  sampleOf(`${name}-${width}`, set, sharp(source).resize({ width }), folder)

async function sampleOf(name: string, set: Sample['set'], image: Sharp, folder: string): Promise<Sample> {
  const { data, info } = await image.removeAlpha().raw().toBuffer({ resolveWithObject: true })
  const raw = { width: info.width, height: info.height, channels: 3 } as const
  const png = join(folder, `${name}.png`)
  await writeFile(png, await sharp(data, { raw }).png({ compressionLevel: 1 }).toBuffer())
  const source = await sharp(data, { raw }).tiff({ compression: 'none' }).toBuffer()
  return { name, set, width: info.width, height: info.height, source, png }
}
