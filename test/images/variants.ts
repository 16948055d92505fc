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
  'fm=webp&q=auto&w=96',
  // Larger than every fixture: nothing is enlarged.
  'fm=webp&w=640',
  'fit=crop&fm=webp&h=640&w=640',
  // What a viewer gets who can't show the source.
  'fm=common&w=64',
] as const

/** Which part is kept: a place of nine by nine, what there is to see, a part in pixels of the source. */
export const CUTS = [
  'crop=08&fit=crop&fm=webp&h=64&w=96',
  'crop=80&fit=crop&h=96&w=64',
  'crop=attention&fit=crop&fm=webp&h=64&w=64',
  'crop=entropy&fit=crop&fm=avif&h=32&w=64',
  'crop=16,8,48&fit=crop&fm=webp&h=32&w=48',
  // Beyond every fixture.
  'crop=1024,1024,512&fit=crop&fm=jpg&h=64&w=64',
] as const

/** On the route for phones alone. */
export const LOOKS = [
  'bg=1e90ff&fm=webp&w=64',
  'bg=1e90ff',
  'blur=20&fm=webp&w=64',
  'bg=1e90ff&blur=5&fit=crop&fm=jpg&h=32&w=64',
  // Of these the quality is found anew, as with `q=auto` elsewhere.
  'fm=webp&w=96',
  'crop=24,16,64&fit=crop&fm=webp&h=48&w=64',
] as const

/** On the route for phones alone: each of the whole source. */
export const PREVIEWS = ['fm=preview', 'fm=thumbhash', 'fm=json'] as const

/** What may come of a variant of a picture that is sound. */
export function expectedOf(source: Source, variant: string): readonly Expected[] {
  const query = new URLSearchParams(variant)
  const target = (query.get('fm') ?? source.kind).replace('jpg', 'jpeg')
  const isShown = target === 'common' && ['jpeg', 'png', 'gif'].includes(source.kind)
  const isSame = target === source.kind || target === 'webp' || target === 'avif' || isShown
  // A size may be had for fewer bytes as well: the source's own, where those are fewer.
  return isSame && (!query.has('fit') || keepsSize(source, query)) ? ['rendition', 'not-smaller'] : ['rendition']
}

const keepsSize = ({ width, height }: Source, query: URLSearchParams): boolean =>
  Number(query.get('w')) * height === Number(query.get('h')) * width
