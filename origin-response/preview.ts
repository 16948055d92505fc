/** What pages show until a picture is there: a tiny WebP, a ThumbHash, or JSON that says what the source is. */
import { rgbaToThumbHash } from 'thumbhash'
import type { PreviewFormat, Variant } from '../edge/variant.ts'
import type { Facts } from './facts.ts'
import { type Plan, planOf, type Task } from './plan.ts'
import type { Points } from './render.ts'

/** `bytes` of this media type: no picture. */
export type Description = { kind: 'description'; format: 'thumbhash' | 'json'; type: string; bytes: Buffer }

/** A ThumbHash is made of no more than 100×100 points (https://evanw.github.io/thumbhash/); a colour needs no more either. */
const POINTS: Variant = { fm: 'png', w: 100, h: 100, q: 100 }

/** What is decoded for them: the picture itself, or points to describe it by. */
const STAND_INS: Readonly<Record<PreviewFormat, Variant>> = {
  preview: { fm: 'webp', w: 16, q: 20 },
  thumbhash: POINTS,
  json: POINTS,
}

/** Still, and whatever the source has of bytes: there are limits all the same. */
export function previewPlan(format: PreviewFormat, facts: Facts, bytes: number, task: Task): Plan {
  const plan = planOf(facts, bytes, { ...task, variant: STAND_INS[format] })
  return plan.kind === 'original' ? plan : { ...plan, smaller: 'need not', settings: { ...plan.settings, frames: 1 } }
}

/** @param bytes of the source */
export function describe(format: Description['format'], facts: Facts, bytes: number, points: Points): Description {
  if (format === 'thumbhash') {
    const hash = rgbaToThumbHash(points.width, points.height, points.rgba)
    return { kind: 'description', format, type: 'application/octet-stream', bytes: Buffer.from(hash) }
  }
  const { width, height, orientation } = facts
  const text = JSON.stringify({ width, height, format: facts.format, orientation, color: points.colour, bytes })
  return { kind: 'description', format, type: 'application/json', bytes: Buffer.from(text) }
}
