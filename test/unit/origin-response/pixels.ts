/** Renditions by the real sharp, and what is in them. */
import sharp from 'sharp'
import { expect } from 'vitest'
import { render } from '../../../origin-response/render.ts'
import type { Settings } from '../../../origin-response/settings.ts'
import { settingsWith } from './samples.ts'

export const renditionOf = async (bytes: Buffer, settings: Partial<Settings>): Promise<Buffer> =>
  (await render(bytes, settingsWith(settings), 1_000_000, 20_000)).bytes

/** A picture's stored numbers, whatever colours they stand for. */
export async function pixelsOf(picture: Buffer, x: number, y: number): Promise<number[]> {
  const { data, info } = await sharp(picture, { ignoreIcc: true }).raw().toBuffer({ resolveWithObject: true })
  return [...data.subarray((y * info.width + x) * info.channels).subarray(0, info.channels)]
}

/** Expects numbers that are at most `most` away, one by one. */
export const near = (expected: readonly number[], found: readonly number[], most: number) => {
  expect(found).toHaveLength(expected.length)
  expect(
    Math.max(...expected.map((value, i) => Math.abs(value - (found[i] as number)))),
    `${found}`,
  ).toBeLessThanOrEqual(most)
}
