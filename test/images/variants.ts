/** Variants on the default ladders, and what may come of them for a picture that is sound. */
import type { Expected } from './reasons.ts'
import type { Source } from './response.ts'

export const VARIANTS = [
  'w=64',
  'h=48&w=48',
  'fm=webp',
  'fm=webp&w=64',
  'fm=jpg&w=64',
  'fm=png&w=64',
  'fm=avif&w=64',
  'fm=avif',
  'fm=jpg',
  'fm=png',
  'fit=crop&h=32&w=64',
  'fit=crop&fm=webp&h=128&w=64',
  'fm=webp&q=50&w=64',
  'q=50',
  // Larger than every fixture: nothing is enlarged.
  'fm=webp&w=640',
  'fit=crop&fm=webp&h=640&w=640',
] as const

/** On the route for phones alone. */
export const LOOKS = [
  'bg=1e90ff&fm=webp&w=64',
  'bg=1e90ff',
  'blur=20&fm=webp&w=64',
  'bg=1e90ff&blur=5&fit=crop&fm=jpg&h=32&w=64',
] as const

/** What may come of a variant of a picture that is sound. */
export function expectedOf(source: Source, variant: string): readonly Expected[] {
  const query = new URLSearchParams(variant)
  const target = (query.get('fm') ?? source.kind).replace('jpg', 'jpeg')
  const isSame = target === source.kind || target === 'webp' || target === 'avif'
  // A size may be had for fewer bytes as well: the source's own, where those are fewer.
  return isSame && (!query.has('fit') || keepsSize(source, query)) ? ['rendition', 'not-smaller'] : ['rendition']
}

const keepsSize = ({ width, height }: Source, query: URLSearchParams): boolean =>
  Number(query.get('w')) * height === Number(query.get('h')) * width
