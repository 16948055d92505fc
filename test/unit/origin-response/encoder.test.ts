import { beforeEach, describe, expect, it } from 'vitest'
import { type Encoder, encoderOf } from '../../../origin-response/encoder.ts'
import { paceOf } from '../../../origin-response/pace.ts'
import * as renderer from '../../../origin-response/render.ts'
import { photo } from '../../images/pictures.ts'
import { settingsWith } from './samples.ts'

const SETTINGS = settingsWith({ format: 'webp', width: 120, height: 80, quality: 80 })

/** How often the renderer was asked for an encode: it is the real one, and counted. */
let encodes = 0
beforeEach(() => {
  encodes = 0
})

async function encoderFor(bytes: Buffer): Promise<Encoder> {
  const inspected = await renderer.inspect(bytes)
  if (inspected.kind === 'original') throw new Error(`expected a picture, found ${inspected.detail}`)
  const render: typeof renderer.render = (...args) => {
    encodes += 1
    return renderer.render(...args)
  }
  return encoderOf(
    { kind: 'readable', bytes, facts: inspected.facts },
    { renderer: { ...renderer, render }, maxInputPixels: 1e6, memory: 1_769, pace: paceOf(), timeLeft: () => 20_000 },
  )
}

const jpeg = () => photo(240, 160).jpeg({ quality: 95 }).toBuffer()

describe('a search', () => {
  it('ends with settings that are not encoded once more', async () => {
    const encoder = await encoderFor(await jpeg())
    const found = await encoder.search(SETTINGS)
    const before = encodes
    expect(before).toBeGreaterThan(0)
    expect(await encoder.encode(found)).toEqual(await encoder.encode(found))
    expect(encodes).toBe(before)
    await encoder.encode({ ...found })
    expect(encodes).toBe(before + 1)
  })

  it('leaves the picture in its size as what is encoded', async () => {
    const encoder = await encoderFor(await jpeg())
    expect(encoder.facts()).toMatchObject({ format: 'jpg', width: 240, height: 160 })
    await encoder.search(SETTINGS)
    expect(encoder.facts()).toMatchObject({ format: 'tiff', width: 120, height: 80 })
  })
})

describe('a source of which the end is missing', () => {
  const cutShort = async () => {
    const whole = await jpeg()
    return whole.subarray(0, Math.round(whole.length * 0.7))
  }

  it('is said to be incomplete once it has been encoded, whatever is encoded afterwards', async () => {
    const encoder = await encoderFor(await cutShort())
    expect(encoder.isIncomplete()).toBe(false)
    await encoder.encode(SETTINGS)
    expect(encoder.isIncomplete()).toBe(true)
    await encoder.encode({ ...SETTINGS, quality: 50 })
    expect(encoder.isIncomplete()).toBe(true)
  })

  it('still is after a search, which reads it once', async () => {
    const encoder = await encoderFor(await cutShort())
    await encoder.search(SETTINGS)
    expect(encoder.isIncomplete()).toBe(true)
  })
})
