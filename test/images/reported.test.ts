/** What went wrong on real pictures, each kind with a picture of our own, on the zip as it is built. */
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { fixture } from './fixtures.ts'
import { jpegTiff } from './old-jpeg-tiff.ts'
import { animation, photo } from './pictures.ts'
import { responseOf } from './response.ts'
import { type Answer, openRig, type Question, type Rig, ROUTE, type Zip, zipOfRun } from './rig.ts'

let zip: Zip
let rig: Rig
beforeAll(async () => {
  zip = await zipOfRun()
  rig = await openRig(zip, { artefact: { memory: 1_769 } })
})
afterAll(async () => {
  await rig?.close()
})

const saidBy = ({ outcome }: Answer): string =>
  responseOf(outcome.kind === 'returned' ? outcome.value : {}).headers['x-rimlight'] ?? ''

const bodyOf = ({ outcome }: Answer): Buffer =>
  Buffer.from(responseOf(outcome.kind === 'returned' ? outcome.value : {}).body ?? '', 'base64')

async function ask(bytes: Buffer, variant: string, question: Partial<Question> = {}) {
  const answer = await rig.ask({ bytes, variant, ...question })
  expect(answer.faults).toEqual([])
  return { said: saidBy(answer), body: bodyOf(answer) }
}

/** Red, green and blue in the middle. */
async function colourOf(picture: Buffer): Promise<number[]> {
  const { data, info } = await sharp(picture).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  const at = (Math.floor(info.height / 2) * info.width + Math.floor(info.width / 2)) * info.channels
  return [...data.subarray(at, at + 3)]
}

describe('a tall strip', () => {
  const strip = () => photo(720, 18_800).jpeg({ quality: 95 }).toBuffer()

  it('that WebP can not hold stays a JPEG, as wide as is asked for, or nearly so', { timeout: 60_000 }, async () => {
    const source = await strip()
    const answer = await rig.ask({ bytes: source, variant: 'fm=webp&w=640' })
    expect(answer.faults).toEqual(['asked for webp, found jpg'])
    const accepted = { said: saidBy(answer), body: bodyOf(answer) }
    const [, width = 0, height = 0] = /^jpg; (\d+)x(\d+); q=\d+$/.exec(accepted.said) ?? []
    expect(Number(width)).toBeGreaterThan(384)
    expect(Number(height) / Number(width)).toBeCloseTo(18_800 / 720, 1)
    expect((await ask(source, 'w=640')).body.equals(accepted.body)).toBe(true)
    expect(accepted.body.length).toBeLessThan(source.length)
  })
})

describe('an AVIF', () => {
  const avif = () => photo(200, 150).avif({ effort: 4, quality: 20 }).toBuffer()
  const type = 'image/avif'

  it('is WebP for whoever asks for that, with more bytes as well', async () => {
    const source = await avif()
    const known = { kind: 'avif', width: 200, height: 150, frames: 1 } as const
    const { said, body } = await ask(source, 'fm=webp', { type, source: known })
    expect(said).toBe('webp; 200x150; q=80')
    expect(body.length).toBeGreaterThan(source.length)
  })

  it('is a JPEG for whoever takes neither, and a PNG where it is transparent', async () => {
    expect((await ask(await avif(), 'fm=common', { type })).said).toBe('jpg; 200x150; q=80')
    const { bytes } = await fixture('avif, alpha')
    expect((await ask(bytes, 'fm=common', { type })).said).toMatch(/^png; /)
  })

  it('what every browser shows stays as it is', async () => {
    for (const name of ['jpeg', 'png', 'gif, animated']) {
      const { bytes, kind } = await fixture(name)
      const expected = ['not-smaller'] as const
      await ask(bytes, 'fm=common', { type: `image/${kind}`, expected })
    }
    const { bytes } = await fixture('webp, animated')
    expect((await ask(bytes, 'fm=common', { type: 'image/webp' })).said).toMatch(/^gif; /)
  })
})

describe('never more bytes than the source', () => {
  it('at nearly its width: the source, rather than a poorer copy of it', async () => {
    const source = await photo(660, 440).jpeg({ quality: 40 }).toBuffer()
    for (const variant of ['w=640', 'fm=webp&w=640']) {
      const { said, body } = await ask(source, variant)
      if (said === 'original; reason=not-smaller') continue
      expect(body.length, variant).toBeLessThan(source.length)
    }
    expect((await ask(source, 'q=90&w=640')).said).toBe('original; reason=not-smaller')
  })

  it('at half of its width: a lower quality', async () => {
    const source = await photo(1_300, 860).jpeg({ quality: 4 }).toBuffer()
    for (const variant of ['w=828', 'fm=webp&q=90&w=828', 'fit=crop&h=384&w=384', 'fm=avif&q=90&w=640']) {
      const { said, body } = await ask(source, variant)
      if (said === 'original; reason=not-smaller') continue
      expect(body.length, `${variant}: ${said}`).toBeLessThan(source.length)
    }
  })

  it('a drawing of few colours keeps its palette, or stays', async () => {
    const lines = Array.from({ length: 40 }, (_, i) => `<ellipse cx="${i * 30}" cy="${i * 17}" rx="${i + 9}" ry="20"/>`)
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="700">${lines.join('')}</svg>`
    const flat = sharp(Buffer.from(svg)).flatten({ background: '#fff' })
    const source = await flat.png({ palette: true, colours: 2, dither: 0 }).toBuffer()
    for (const variant of ['w=1080', 'w=640', 'fm=webp&w=640', 'fm=webp&w=256', 'w=128']) {
      const { said, body } = await ask(source, variant, { type: 'image/png' })
      if (said === 'original; reason=not-smaller') continue
      expect(body.length, `${variant}: ${said}`).toBeLessThan(source.length)
    }
  })

  it('a cut of an animation has fewer colours', async () => {
    const source = await animation(80, 60, 12).gif({ colours: 8, dither: 0 }).toBuffer()
    const { body, said } = await ask(source, 'fit=crop&h=48&w=48', { type: 'image/gif' })
    expect(said).toMatch(/^gif; 48x48; q=80$/)
    expect(body.length).toBeLessThan(source.length)
  })
})

describe('an animation', () => {
  const moving = () => animation(120, 80, 6).gif().toBuffer()
  const type = 'image/gif'

  it.each(['jpg', 'png'])('is still in %s', async (fm) => {
    const { said, body } = await ask(await moving(), `fm=${fm}&w=96`, { type })
    expect(said).toBe(`${fm}; 96x64; q=80; frames=1/6`)
    expect((await sharp(body).metadata()).pages ?? 1).toBe(1)
  })

  it('moves in WebP where AVIF is asked for', async () => {
    expect((await ask(await moving(), 'fm=avif&w=96', { type })).said).toBe('webp; 96x64; q=80')
  })

  it('of more pixels than are taken has as many frames as are', async () => {
    const source = await animation(60, 40, 4).gif({ colours: 4 }).toBuffer()
    const { said, body } = await ask(source, 'fm=webp&w=48', { type, route: ROUTE.strict })
    expect(said).toBe('webp; 48x32; q=80; frames=2/4')
    expect((await sharp(body, { pages: -1 }).metadata()).pages).toBe(2)
  })
})

describe('a source of which something is missing', () => {
  it('in old-style JPEG nothing is decoded: the original', async () => {
    const tile = await photo(128, 128).jpeg({ chromaSubsampling: '4:4:4' }).toBuffer()
    const type = 'image/tiff'
    await ask(jpegTiff(tile, 6), 'fm=webp&w=96', { type, expected: ['corrupt'] })
    const { body } = await ask(jpegTiff(tile, 7), 'fm=webp&w=96', { type, expected: ['rendition'] })
    expect(Math.max(...(await colourOf(body)))).toBeGreaterThan(20)
  })

  it.each([
    ['jpeg', 0.99, /^webp; 640x427; q=80(?:; incomplete)?$/],
    ['png', 0.95, /^webp; 640x427; q=80; incomplete$/],
    ['jpeg', 0.6, /^webp; 640x427; q=80; incomplete$/],
    ['jpeg', 0.05, /^original; reason=corrupt$/],
    ['png', 0.05, /^original; reason=corrupt$/],
  ] as const)('%s, cut at %d', async (format, part, expected) => {
    const whole = await photo(1_200, 800).toFormat(format).toBuffer()
    const cut = whole.subarray(0, Math.floor(whole.length * part))
    expect((await ask(cut, 'fm=webp&w=640', { type: `image/${format}` })).said).toMatch(expected)
  })

  it('scans of a progressive JPEG: it has all rows, less sharp', async () => {
    const whole = await photo(1_200, 800).jpeg({ progressive: true }).toBuffer()
    const { said } = await ask(whole.subarray(0, Math.floor(whole.length * 0.4)), 'fm=webp&w=640')
    expect(said).toMatch(/^webp; 640x427; q=\d+; incomplete$/)
    expect((await ask(whole, 'fm=webp&w=640')).said).toBe('webp; 640x427; q=80')
  })

  it.each([3, 6, 8])('from the bottom as it is stored, not as it is seen: orientation %d', async (orientation) => {
    const whole = await photo(1_200, 800).withMetadata({ orientation }).jpeg().toBuffer()
    const said = async (part: number) =>
      (await ask(whole.subarray(0, Math.floor(whole.length * part)), 'fm=webp&w=640')).said
    expect(await said(0.6)).toMatch(/^webp; 640x(?:427|960); q=80; incomplete$/)
    expect(await said(0.2)).toBe('original; reason=corrupt')
  })
})

describe('a cut', () => {
  /** Nine fields of nine colours. */
  const colourAt = (column: number, row: number) => [column * 100 + 20, row * 100 + 20, 120]
  async function fields(width: number, height: number): Promise<Buffer> {
    const pixels = Buffer.alloc(width * height * 3)
    for (let y = 0, at = 0; y < height; y += 1)
      for (let x = 0; x < width; x += 1, at += 3)
        pixels.set(colourAt(Math.floor((x * 3) / width), Math.floor((y * 3) / height)), at)
    return sharp(pixels, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer()
  }
  const near = (found: number[], expected: number[]) =>
    expect(Math.max(...found.map((value, i) => Math.abs(value - (expected[i] ?? 0)))), `${found}`).toBeLessThan(12)

  it.each<[string, number, number]>([
    ['', 1, 1],
    ['crop=04&', 0, 1],
    ['crop=84&', 2, 1],
    ['crop=14&', 0, 1],
    ['crop=74&', 2, 1],
  ])('of a wide picture, %s', async (crop, column, row) => {
    const variant = `${crop}fit=crop&fm=png&h=96&w=32`
    const { said, body } = await ask(await fields(900, 300), variant, { type: 'image/png' })
    expect(said).toBe('png; 32x96; q=80')
    near(await colourOf(body), colourAt(column, row))
  })

  it.each<[string, number]>([
    ['', 1],
    ['crop=40&', 0],
    ['crop=48&', 2],
  ])('of a tall picture, %s', async (crop, row) => {
    const { body } = await ask(await fields(300, 900), `${crop}fit=crop&fm=png&h=32&w=96`, { type: 'image/png' })
    near(await colourOf(body), colourAt(1, row))
  })

  it.each<[string, number, number]>([
    ['608,608,288', 2, 2],
    ['0,304,288', 0, 1],
    ['304,0,288', 1, 0],
    // Beyond the picture: as far as it goes.
    ['2048,2048,256', 2, 2],
  ])('a part of it: %s', async (part, column, row) => {
    const { said, body } = await ask(await fields(900, 900), `crop=${part}&fit=crop&fm=png&h=96&w=96`, {
      type: 'image/png',
    })
    expect(said).toBe('png; 96x96; q=80')
    near(await colourOf(body), colourAt(column, row))
  })

  it('is never enlarged', async () => {
    const { said } = await ask(await fields(900, 900), 'crop=0,0,64&fit=crop&fm=png&h=640&w=640', { type: 'image/png' })
    expect(said).toBe('png; 64x64; q=80')
  })

  it('is of the upright picture', async () => {
    const upright = await sharp(await fields(300, 900))
      .rotate(270)
      .jpeg({ quality: 95 })
      .withMetadata({ orientation: 6 })
      .toBuffer()
    const { said, body } = await ask(upright, 'crop=40&fit=crop&fm=png&h=32&w=96')
    expect(said).toBe('png; 96x32; q=80')
    near(await colourOf(body), colourAt(1, 0))
  })

  it.each(['attention', 'entropy'])('where there is something: %s', async (crop) => {
    const detail = await photo(200, 200).png().toBuffer()
    const source = await sharp({ create: { width: 800, height: 200, channels: 3, background: '#777' } })
      .composite([{ input: detail, left: 600, top: 0 }])
      .png()
      .toBuffer()
    const { body } = await ask(source, `crop=${crop}&fit=crop&fm=png&h=96&w=96`, { type: 'image/png' })
    const { entropy } = await sharp(body).stats()
    expect(entropy).toBeGreaterThan(3)
  })

  test('of what moves is in the middle where it would be looked for', async () => {
    const source = await animation(120, 60, 3).gif().toBuffer()
    const { said } = await ask(source, 'crop=attention&fit=crop&fm=webp&h=48&w=48', { type: 'image/gif' })
    expect(said).toBe('webp; 48x48; q=80')
  })
})
