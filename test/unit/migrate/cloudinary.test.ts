import { describe, expect, it } from 'vitest'
import { fromCloudinary } from '../../../migrate/migrate.ts'
import { site, twoBuckets } from './site.ts'

const BASE = 'https://res.cloudinary.com/demo/image/upload'
const CDN = 'https://cdn.example.com'

function migratedTo(path: string, options = {}) {
  const found = fromCloudinary(site, /^(?:https?:)?\/\//.test(path) ? path : `${BASE}/${path}`, options)
  if (found.kind === 'other') throw new Error(found.reason)
  expect(found.url.startsWith(`${CDN}/`)).toBe(true)
  return [found.url.slice(CDN.length), ...found.lost.map(({ what, reason }) => `${what}: ${reason}`)]
}

describe('all of it is kept', () => {
  it.each([
    [
      'w_300,h_200,c_fill,g_auto,q_auto,f_auto/v1/folder/pic.jpg',
      '/folder/pic.jpg?w=300&h=200&fit=crop&crop=attention',
    ],
    ['sample.jpg', '/sample.jpg'],
    ['v1706400000/sample.jpg', '/sample.jpg?v=1706400000'],
    ['w_500/sample.jpg', '/sample.jpg?w=500'],
    ['c_scale,w_500/f_auto/q_auto/sample.jpg', '/sample.jpg?w=500'],
    ['c_limit,w_500,h_500/sample.jpg', '/sample.jpg?w=500&h=500'],
    ['c_fit,h_333/sample.jpg', '/sample.jpg?h=333'],
    ['c_fill,w_300,ar_16:9/sample.jpg', '/sample.jpg?w=300&fit=crop&ar=16:9'],
    ['c_fill,ar_1.5,h_200/sample.jpg', '/sample.jpg?h=200&fit=crop&ar=1.5:1'],
    ['c_thumb,w_90,h_90,g_face/sample.jpg', '/sample.jpg?w=90&h=90&fit=crop&crop=faces'],
    ['c_auto,w_90,h_90/sample.jpg', '/sample.jpg?w=90&h=90&fit=crop&crop=attention'],
    ['c_fill,g_auto:subject,h_90,w_90/sample.jpg', '/sample.jpg?w=90&h=90&fit=crop&crop=attention'],
    ['c_fill,g_north_east,h_90,w_90/sample.jpg', '/sample.jpg?w=90&h=90&fit=crop&crop=top,right'],
    ['c_fill,g_center,h_90,w_90/sample.jpg', '/sample.jpg?w=90&h=90&fit=crop'],
    ['c_crop,x_10,y_20,w_300,h_200/sample.jpg', '/sample.jpg?rect=10,20,300,200'],
    [
      'c_crop,g_north_west,x_0,y_20,w_300,h_200/c_scale,w_150/q_60/sample.jpg',
      '/sample.jpg?w=150&rect=0,20,300,200&q=60',
    ],
    ['q_auto:best,f_png/sample.jpg', '/sample.jpg?q=90&fm=png'],
    ['q_80:420/sample.jpg', '/sample.jpg?q=80'],
    ['dpr_2.0,w_100/sample.jpg', '/sample.jpg?w=100&dpr=2.0'],
    ['fl_progressive/fl_lossy,a_exif/sample.jpg', '/sample.jpg'],
    ['s--aBc_12-x--/w_100/v1/a%20b/%C3%BC.jpg', '/a%20b/%C3%BC.jpg?w=100'],
    ['v1/w_300/e_commerce/pic.jpg', '/w_300/e_commerce/pic.jpg'],
    ['https://res.cloudinary.com/demo/image/private/w_9/a.jpg'.replace('private', 'upload'), '/a.jpg?w=9'],
    ['https://res-3.cloudinary.com/demo/iu/w_9/a.jpg', '/a.jpg?w=9'],
    ['https://demo-res.cloudinary.com/image/upload/w_9/a.jpg', '/a.jpg?w=9'],
    ['http://demo-res.cloudinary.com/images/w_9/v1/dusk/the-last-light.jpg', '/dusk.jpg?w=9'],
    ['//res.cloudinary.com/demo/image/upload/w_9/a.jpg?_a=BAMAK', '/a.jpg?w=9'],
    [`https://res.cloudinary.com/demo/image/fetch/w_9/https://example-photos.s3.amazonaws.com/b/c.jpg`, '/b/c.jpg?w=9'],
    [
      'https://res.cloudinary.com/demo/image/fetch/w_9/https%3A%2F%2Fs3.amazonaws.com%2Fexample-photos%2Fc.jpg',
      '/c.jpg?w=9',
    ],
  ])('%s', (path, expected) => {
    expect(migratedTo(path)).toEqual([expected])
  })

  it('under other names, other hosts, and with what a name stands for', () => {
    expect(migratedTo('w_9/pic', { keyOf: (name: string) => `old/${name}.jpg` })).toEqual(['/old/pic.jpg?w=9'])
    expect(migratedTo('https://Pics.example.org/demo/image/upload/w_9/a.jpg', { hosts: ['pics.example.org'] })).toEqual(
      ['/a.jpg?w=9'],
    )
    const transformations = { card: 'c_fill,w_300,h_200/q_50' }
    expect(migratedTo('t_card/v1/a.jpg', { transformations })).toEqual(['/a.jpg?w=300&h=200&fit=crop&q=50'])
  })
})

describe('what is lost is told, with the reason', () => {
  const AS_IT_IS = 'pictures are shown as they are'
  const INSIDE = 'no picture is enlarged, and none gets a ground around it: the whole of it, inside w and h'
  it.each([
    ['e_sepia:50,w_9/a.jpg', '/a.jpg?w=9', [`e_sepia:50: ${AS_IT_IS}`]],
    [
      'r_max,bo_2px_solid_red,a_90/a.jpg',
      '/a.jpg',
      [`r_max: ${AS_IT_IS}`, `bo_2px_solid_red: ${AS_IT_IS}`, `a_90: ${AS_IT_IS}`],
    ],
    ['c_pad,w_300,h_300,b_white/a.jpg', '/a.jpg?w=300&h=300', [`b_white: ${AS_IT_IS}`, `c_pad: ${INSIDE}`]],
    ['w_300,h_300/a.jpg', '/a.jpg?w=300&h=300', ['c_scale: it would distort: the whole picture, inside w and h']],
    [
      'l_logo,w_50,g_south_east/w_9/a.jpg',
      '/a.jpg?w=9',
      ['l_logo,w_50,g_south_east: texts and marks belong to the page'],
    ],
    [
      'if_w_gt_9/w_8/if_end/w_9/a.jpg',
      '/a.jpg?w=9',
      ['if_w_gt_9: nothing is computed at the edge', 'w_8: nothing is computed at the edge'],
    ],
    [
      '$size_9/w_$size/a.jpg',
      '/a.jpg',
      [
        '$size_9: nothing is computed at the edge',
        'w_$size: sizes are pixels; how much of the source that is, `srcset` and `sizes` leave to the browser',
      ],
    ],
    [
      'w_0.5,dpr_auto/a.jpg',
      '/a.jpg',
      [
        'w_0.5: sizes are pixels; how much of the source that is, `srcset` and `sizes` leave to the browser',
        'dpr_auto: sizes are pixels; how much of the source that is, `srcset` and `sizes` leave to the browser',
      ],
    ],
    [
      't_card/a.jpg',
      '/a.jpg',
      ['t_card: what it stands for is known to Cloudinary alone; `transformations` can say it'],
    ],
    [
      'f_gif,q_auto:sensitive/a.jpg',
      '/a.jpg',
      ['f_gif: no format that is made here', 'q_auto:sensitive: encoders are set once for all'],
    ],
    ['w_100/w_50/a.jpg', '/a.jpg?w=50', ['w_100: a later step has a size of its own']],
    [
      'c_crop,w_300,h_200/a.jpg',
      '/a.jpg?w=300&h=200&fit=crop',
      ['c_crop: as many pixels of the source, from its middle: here the largest cut of that shape'],
    ],
    [
      'c_fill,w_9,h_9,g_custom/a.jpg',
      '/a.jpg?w=9&h=9&fit=crop',
      ['g_custom: a cut is around one of nine by nine places, or what is told from the picture'],
    ],
    ['fl_attachment:a/a.jpg', '/a.jpg', ['fl_attachment:a: headers are not its business']],
    [
      'https://res.cloudinary.com/demo/image/authenticated/s--abcdefgh--/v1/a.jpg',
      '/a.jpg',
      ['authenticated: a route is closed by its own `auth`, and its URLs are signed anew'],
    ],
  ])('%s', (path, url, lost) => {
    expect(migratedTo(path)).toEqual([url, ...lost])
  })
})

it('a route that resizes nothing', () => {
  const found = (options: object) => fromCloudinary(twoBuckets, `${BASE}/w_9/a.jpg`, options)
  const reason = 'its route takes no image parameters'
  expect(found({})).toEqual({ kind: 'url', url: `${CDN}/plain/a.jpg`, lost: [{ what: 'w=9', reason }] })
  expect(found({ bucket: 'example-photos' })).toEqual({ kind: 'url', url: `${CDN}/a.jpg?w=9`, lost: [] })
  const remote = 'https://res.cloudinary.com/d/image/fetch/w_9/https://example-plain.s3.amazonaws.com/a.jpg'
  expect(fromCloudinary(twoBuckets, remote)).toEqual(found({}))
})

describe('what stays where it is says why', () => {
  it.each([
    [
      'https://example.com/image/upload/a.jpg',
      false,
      'expected a URL of Cloudinary, found "https://example.com/image/upload/a.jpg"',
    ],
    ['not a URL', false, 'expected a URL of Cloudinary, found "not a URL"'],
    [
      'https://res.cloudinary.com.example.com/demo/image/upload/a.jpg',
      false,
      'expected a URL of Cloudinary, found "https://res.cloudinary.com.example.com/demo/image/upload/a.jpg"',
    ],
    [
      'https://res.cloudinary.com/demo/a.jpg',
      true,
      'expected image/upload in the path, found "https://res.cloudinary.com/demo/a.jpg"',
    ],
    [
      'https://res.cloudinary.com/demo/video/upload/a.mp4',
      true,
      'expected an image, found video in "https://res.cloudinary.com/demo/video/upload/a.mp4"',
    ],
    [
      'https://res.cloudinary.com/demo/image/facebook/65646572251.jpg',
      true,
      'expected image/upload, found image/facebook in "https://res.cloudinary.com/demo/image/facebook/65646572251.jpg"',
    ],
    [
      'https://res.cloudinary.com/demo/image/upload/',
      true,
      'expected a public ID, found "https://res.cloudinary.com/demo/image/upload/"',
    ],
    [
      'https://res.cloudinary.com/demo/image/upload/%E4.jpg',
      true,
      'expected a public ID, found "https://res.cloudinary.com/demo/image/upload/%E4.jpg"',
    ],
    [
      'https://res.cloudinary.com/demo/image/upload/a/../b.jpg',
      true,
      'key: expected one that a CDN URL can lead to, found "a/../b.jpg": a . or .. segment does not survive in a URL',
    ],
    [
      'https://res.cloudinary.com/demo/image/fetch/https://example.com/a.jpg',
      true,
      'its picture is at "https://example.com/a.jpg", in none of the site\'s buckets',
    ],
  ])('%s', (url, isTheirs, reason) => {
    expect(fromCloudinary(site, url)).toEqual({ kind: 'other', isTheirs, reason })
  })
})
