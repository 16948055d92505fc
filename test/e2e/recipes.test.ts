/** `docs/recipes/`: each is run by the framework that it is for, and what it makes is asked for. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Config } from '../../edge/config.ts'
import type { CloudFront } from '../../local/cloudfront.ts'
import { migrate } from '../../migrate/migrate.ts'
import { siteOf } from '../../urls/urls.ts'
import { stageFrameworks } from './frameworks.ts'
import { stageNext } from './next.ts'
import { runRecipe } from './recipes.ts'
import { type Renditions, renditionsOf } from './renditions.ts'
import { started } from './site.ts'

/** That of `docs/recipes/site.ts`. */
const WIDTHS = [256, 640, 1080, 1920]
const CONFIG: Config = {
  domains: ['cdn.example.com'],
  origins: { photos: { bucket: 'example-photos', region: 'us-east-1' } },
  routes: [{ path: '/*', origin: 'photos', cache: { default: '24h' }, images: { widths: WIDTHS } }],
}

/** 2400×1600. */
const PHOTO = 'photos/dusk.jpg'
const VERSION = 1_706_400_000

let cloudfront: CloudFront
let renditions: Renditions
beforeAll(async () => {
  cloudfront = await started(CONFIG)
  renditions = renditionsOf(cloudfront)
})
afterAll(() => cloudfront.stop())

/** What a viewer that takes WebP gets, by what it asks for: `640×427`. */
async function sizesOf(urls: readonly string[]): Promise<string[]> {
  const found: string[] = []
  for (const url of urls) {
    const { status, contentType, width, height } = await renditions.ask(url, 'image/webp')
    expect({ url, status, contentType }).toEqual({ url, status: 200, contentType: 'image/webp' })
    found.push(`${width}×${height}`)
  }
  return found
}

/** Of each attribute of an element, as it is meant. */
const attributesOf = (markup: string): Record<string, string> =>
  Object.fromEntries(
    [...markup.matchAll(/ ([\w-]+)="([^"]*)"/g)].map(([, name = '', value = '']) => [
      name.toLowerCase(),
      value.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&amp;', '&'),
    ]),
  )

const candidatesOf = (srcset = ''): string[] => srcset.split(/,\s+/).map((candidate) => candidate.split(' ')[0] ?? '')

const WHOLE = ['256×171', '640×427', '1080×720', '1920×1280']

it('<img srcset>, written by a server', async () => {
  const { img } = await runRecipe<typeof import('../../docs/recipes/html.ts')>("export { img } from 'recipes/html.ts'")
  const markup = img({ key: PHOTO, version: VERSION, alt: 'Dusk, "the last" <light> & water', sizes: '50vw' })
  const { src = '', srcset, ...rest } = attributesOf(markup)
  expect(rest).toEqual({ sizes: '50vw', alt: 'Dusk, "the last" <light> & water', loading: 'lazy' })
  expect(src).toBe(`https://cdn.example.com/${PHOTO}?v=${VERSION}`)
  expect(await sizesOf(candidatesOf(srcset))).toEqual(WHOLE)
})

it('React', async () => {
  const { rendered } = await runRecipe<{ rendered: string[] }>(`
    import { renderToStaticMarkup } from 'react-dom/server'
    import { Picture } from 'recipes/react.tsx'
    export const rendered = [
      renderToStaticMarkup(<Picture name="${PHOTO}" version={${VERSION}} alt="Dusk" className="wide" />),
      renderToStaticMarkup(<Picture name="${PHOTO}" ratio="16:9" sizes="20rem" />),
    ]`)
  const [whole = {}, cut = {}] = rendered.map(attributesOf)
  expect(whole).toMatchObject({ class: 'wide', alt: 'Dusk', sizes: '100vw' })
  expect(await sizesOf(candidatesOf(whole.srcset))).toEqual(WHOLE)
  expect(cut).toMatchObject({ alt: '', sizes: '20rem' })
  expect(await sizesOf(candidatesOf(cut.srcset))).toEqual(['256×144', '640×360', '1080×608', '1920×1080'])
})

it('Next.js', async (context) => {
  const staged = await stageNext()
  if (staged.kind === 'unreachable') return context.skip(staged.reason)
  const { images } = await runRecipe<{ images: { src: string; srcSet: string }[] }>(
    `
    import { getImageProps } from 'next/image'
    import loader from 'recipes/next-loader.ts'
    const props = (more) => getImageProps({ loader, alt: '', ...more }).props
    export const images = [
      props({ src: '/${PHOTO}?v=${VERSION}', width: 320, height: 213 }),
      props({ src: 'https://cdn.example.com/${PHOTO}', fill: true, sizes: '100vw', quality: 50 }),
    ]`,
    staged.folder,
  )
  const [fixed, filling] = images.map(({ srcSet }) => candidatesOf(srcSet))
  expect(fixed).toEqual([
    `https://cdn.example.com/${PHOTO}?v=${VERSION}&w=384`,
    `https://cdn.example.com/${PHOTO}?v=${VERSION}&w=640`,
  ])
  expect(await sizesOf(fixed ?? [])).toEqual(['640×427', '640×427'])
  expect(filling?.map((url) => new URL(url).search)).toContain('?w=1080&q=50')
  expect(await sizesOf(filling?.slice(0, 4) ?? [])).toEqual(['640×427', '1080×720', '1080×720', '1080×720'])
})

it('Nuxt Image', async (context) => {
  const staged = await stageFrameworks()
  if (staged.kind === 'unreachable') return context.skip(staged.reason)
  const { sizes, url } = await runRecipe<{ sizes: { src: string; srcset: string }; url: string }>(
    `
    import { createImage } from '@nuxt/image/runtime'
    import setup from 'recipes/nuxt-provider.ts'
    const $img = createImage({
      provider: 'rimlight', providers: { rimlight: { setup } }, presets: {}, alias: {}, domains: [],
      screens: { sm: 640, xl: 1280 }, densities: [1, 2],
    })
    const modifiers = { quality: 65, format: 'auto' }
    export const sizes = $img.getSizes('/${PHOTO}', { sizes: '50vw sm:100vw', modifiers })
    export const url = $img('/${PHOTO}?v=${VERSION}', { width: '400', height: '400', fit: 'cover' })`,
    staged.folder,
  )
  expect(candidatesOf(sizes.srcset).map((one) => new URL(one).search)).toContain('?w=640&q=65')
  expect(await sizesOf(candidatesOf(sizes.srcset))).toEqual(expect.arrayContaining(['640×427', '1920×1280']))
  expect(url).toBe(`https://cdn.example.com/${PHOTO}?v=${VERSION}&w=400&h=400&fit=crop`)
  expect(await sizesOf([url])).toEqual(['640×640'])
})

it('Astro', async (context) => {
  const staged = await stageFrameworks()
  if (staged.kind === 'unreachable') return context.skip(staged.reason)
  type Image = { src: string; srcSet: { attribute: string }; attributes: Record<string, unknown> }
  const { images } = await runRecipe<{ images: Promise<Image>[] }>(
    `
    import { getImage } from 'astro/assets'
    import service from 'recipes/astro-service.ts'
    globalThis.astroAsset = { imageService: service }
    const config = { domains: [], remotePatterns: [], responsiveStyles: false }
    const image = (options) => getImage({ src: '/${PHOTO}?v=${VERSION}', ...options }, config)
    export const images = [
      image({ width: 1200, height: 800, layout: 'constrained', alt: 'Dusk' }),
      image({ width: 300, height: 300, densities: [1, 2], fit: 'cover', quality: 50 }),
    ]`,
    staged.folder,
  )
  const [constrained, square] = await Promise.all(images)
  expect(constrained?.attributes).toMatchObject({ width: 1200, height: 800, alt: 'Dusk', loading: 'lazy' })
  expect(constrained?.src).toBe(`https://cdn.example.com/${PHOTO}?v=${VERSION}&w=1200`)
  expect(await sizesOf(candidatesOf(constrained?.srcSet.attribute))).toContain('1920×1280')
  expect(square?.src).toBe(`https://cdn.example.com/${PHOTO}?v=${VERSION}&w=300&h=300&fit=crop&q=50`)
  expect(await sizesOf(candidatesOf(square?.srcSet.attribute))).toEqual(['640×640', '640×640'])
})

it('unpic', async () => {
  const { pictureUrl } = await runRecipe<typeof import('../../docs/recipes/unpic.ts')>(
    "export { pictureUrl } from 'recipes/unpic.ts'",
  )
  const url = `https://cdn.example.com/${PHOTO}?v=${VERSION}`
  const urls = [pictureUrl(url, { width: 600 }), pictureUrl(url, { width: 256, height: 256, quality: 50 })]
  expect(urls.map((one) => new URL(one).searchParams.get('v'))).toEqual([`${VERSION}`, `${VERSION}`])
  expect(await sizesOf(urls)).toEqual(['640×427', '256×256'])
})

it('SvelteKit', async () => {
  const { rendered } = await runRecipe<{ rendered: string }>(`
    import { render } from 'svelte/server'
    import Picture from 'recipes/Picture.svelte'
    export const rendered = render(Picture, { props: { name: '${PHOTO}', version: ${VERSION}, alt: 'A "late" light' } }).body`)
  const { srcset, ...rest } = attributesOf(rendered)
  expect(rest).toEqual({
    src: `https://cdn.example.com/${PHOTO}?v=${VERSION}`,
    sizes: '100vw',
    alt: 'A "late" light',
    loading: 'lazy',
  })
  expect(await sizesOf(candidatesOf(srcset))).toEqual(WHOLE)
})

it('what they have of the site is what the config says', async () => {
  const { site } = await runRecipe<typeof import('../../docs/recipes/site.ts')>(
    "export { site } from 'recipes/site.ts'",
  )
  const { domains, routes } = siteOf(CONFIG)
  expect(site).toEqual({ domains, routes: routes.map(({ path, bucket, widths }) => ({ path, bucket, widths })) })
})

it.each([
  [
    `https://res.cloudinary.com/demo/image/upload/w_300,h_200,c_fill,g_auto,q_auto,f_auto/v${VERSION}/${PHOTO}`,
    '640×427',
  ],
  [`https://res.cloudinary.com/demo/image/upload/c_crop,x_100,y_50,w_600,h_300/c_scale,w_256/${PHOTO}`, '256×128'],
  [`https://example.imgix.net/${PHOTO}?w=640&ar=16:9&fit=crop&auto=format&sepia=50&s=0123`, '640×360'],
  [`/_next/image?url=%2F${encodeURIComponent(PHOTO)}&w=640&q=50`, '640×427'],
  [`http://example-photos.s3-website-us-east-1.amazonaws.com/${PHOTO}`, '2400×1600'],
])('what is migrated is served: %s', async (url, size) => {
  const found = migrate(siteOf(CONFIG), url)
  expect(await sizesOf(found.kind === 'url' ? [found.url] : [])).toEqual([size])
})
