import { describe, expect, it } from 'vitest'
import { previewDataUrl, previewUrl, type Site } from '../../../urls/urls.ts'

const site: Site = {
  domains: ['cdn.example.com'],
  routes: [
    { path: '/plain/*', version: 'v', bucket: 'photos', widths: [320] },
    { path: '/*', version: 'v', bucket: 'photos', widths: [320], previews: true },
  ],
}

describe('the URL of a preview', () => {
  it.each([
    ['/a.jpg', '/a.jpg?fm=preview'],
    ['/a.jpg?v=7&w=640#x', '/a.jpg?v=7&fm=preview'],
    [
      'https://cdn.example.com/a%20b.jpg?w=1&h=2&fit=crop&q=50&rect=1,2,3,4',
      'https://cdn.example.com/a%20b.jpg?fm=preview',
    ],
    ['/a.jpg?fm=webp&v=1', '/a.jpg?v=1&fm=preview'],
  ])('%s: %s', (url, preview) => {
    expect(previewUrl(site, url)).toBe(preview)
  })

  it.each(['/plain/a.jpg', '/a.svg', 'https://elsewhere.example/a.jpg', 'a.jpg', ''])('%j has none', (url) => {
    expect(previewUrl(site, url)).toBe('')
  })
})

describe('a preview as a data URL', () => {
  const answering = (body: Uint8Array<ArrayBuffer>, type: string, status = 200) => {
    const asked: string[] = []
    const fetch = (async (url: string) => {
      asked.push(url)
      return new Response(body, { status, headers: { 'content-type': type } })
    }) as typeof globalThis.fetch
    return { asked, fetch }
  }
  const BYTES = new Uint8Array(300).map((_, i) => i % 256)

  it('is what the edge answers', async () => {
    const { asked, fetch } = answering(BYTES, 'image/webp')
    const url = await previewDataUrl(site, 'https://cdn.example.com/a.jpg?v=7&w=640', { fetch })
    expect(url).toBe(`data:image/webp;base64,${Buffer.from(BYTES).toString('base64')}`)
    expect(asked).toEqual(['https://cdn.example.com/a.jpg?v=7&fm=preview'])
  })

  it.each([
    ['the original', BYTES, 'image/jpeg', 200],
    ['an original that is a WebP', new Uint8Array(5_000), 'image/webp', 200],
    ['a refusal', BYTES, 'image/webp', 404],
  ])('is none where the edge answers with %s', async (_, body, type, status) => {
    const { fetch } = answering(body, type, status)
    expect(await previewDataUrl(site, '/a.jpg', { fetch })).toBeUndefined()
  })

  it('asks for nothing where there is none, and ends when it is told to', async () => {
    const { asked, fetch } = answering(BYTES, 'image/webp')
    expect(await previewDataUrl(site, '/plain/a.jpg', { fetch })).toBeUndefined()
    expect(asked).toEqual([])
    await expect(
      previewDataUrl(site, 'https://cdn.example.com/a.jpg', { signal: AbortSignal.abort(new Error('enough')) }),
    ).rejects.toThrow('enough')
  })
})
