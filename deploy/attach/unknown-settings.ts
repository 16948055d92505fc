/**
 * Settings of a distribution that the SDK does not know: it leaves out what it reads of them, and an update that takes
 * the place of the whole config would take them away. So what CloudFront wrote is held against what was read of it.
 */
import { buffer } from 'node:stream/consumers'
import type {
  DistributionConfig,
  GetDistributionCommand,
  GetDistributionCommandOutput,
} from '@aws-sdk/client-cloudfront'

type Deserialize = (args: never) => Promise<{ response: unknown; output: GetDistributionCommandOutput }>

/** @returns gives the answer as CloudFront wrote it, once the command has been sent */
export function recordAnswer({ middlewareStack }: GetDistributionCommand): () => string {
  let text = ''
  middlewareStack.addRelativeTo(
    (next: Deserialize) => async (args: object) => {
      const result = await next(args as never)
      const response = result.response as { body: NodeJS.ReadableStream | Buffer }
      const body = await buffer(response.body as NodeJS.ReadableStream)
      response.body = body
      text = body.toString()
      return result
    },
    { name: 'recordAnswer', relation: 'after', toMiddleware: 'deserializerMiddleware' },
  )
  return () => text
}

const PART = /<(\/?)([\w.:-]+)[^>]*?(\/?)>|([^<]+)/g

type Element = { at: string; value: unknown; children: number }

/** Where they are: `CacheBehaviors.GrpcConfig`. Only what says something counts: an empty element is as good as none. */
export function unknownSettings(xml: string, config: DistributionConfig): string[] {
  const [, inner = ''] = /<DistributionConfig\b[^>]*>(.*)<\/DistributionConfig>/s.exec(xml) ?? []
  const unknown = new Set<string>()
  const open: Element[] = [{ at: '', value: config, children: 0 }]
  for (const [, isEnd, name = '', isEmpty, text] of inner.matchAll(PART)) {
    const parent = open.at(-1) as Element
    if (text !== undefined) {
      if (parent.value === undefined && text.trim() !== '') unknown.add(parent.at)
    } else if (isEnd) {
      open.pop()
    } else {
      const child = childOf(parent, name)
      if (!isEmpty) open.push(child)
    }
  }
  return [...unknown]
}

function childOf(parent: Element, name: string): Element {
  const { at, value } = parent
  parent.children += 1
  if (Array.isArray(value)) return { at, value: value[parent.children - 1], children: 0 }
  if (value === undefined) return { at, value, children: 0 }
  const found = (value as Record<string, unknown>)[name]
  return { at: name === 'Items' ? at : at === '' ? name : `${at}.${name}`, value: found, children: 0 }
}

/** Null: an update loses nothing. */
export const unknownProblem = ({ id, unknown }: { id: string; unknown: readonly string[] }): string | null =>
  unknown.length === 0
    ? null
    : `distribution ${id}: expected settings that this version of Rimlight knows, found ${unknown.join(', ')}, which an update by it would take away; take a newer version`
