/**
 * Renders Next.js's image components with its imgix loader: `node render.ts FOLDER IMAGES`, where FOLDER has Next.js and
 * IMAGES is the JSON of `NextImage[]`. Prints the JSON of their markup, a text each.
 */
import { createRequire } from 'node:module'
import type { NextImage } from '../next.ts'

const [folder = '', images = '[]'] = process.argv.slice(2)
const load = createRequire(`${folder}/`)

const { imageConfigDefault } = load('next/dist/shared/lib/image-config')
const config = { ...imageConfigDefault, loader: 'imgix', path: 'https://cdn.example.com/' }
// Next's build puts this object in the place of the variable. The environment itself would make a text of it.
const environment: Record<string, unknown> = { ...process.env, __NEXT_IMAGE_OPTS: config }
process.env = environment as NodeJS.ProcessEnv

const { createElement } = load('react')
const { renderToStaticMarkup } = load('react-dom/server')
const { ImageConfigContext } = load('next/dist/shared/lib/image-config-context.shared-runtime')
const { default: Image } = load('next/legacy/image')

const markup = (JSON.parse(images) as NextImage[]).map((image) =>
  renderToStaticMarkup(
    createElement(ImageConfigContext.Provider, { value: config }, createElement(Image, { alt: '', ...image })),
  ),
)
process.stdout.write(JSON.stringify(markup))
