/** behaviour.md, "viewer-request", 5: the query of a cache key. */
import type { ViewerInput } from './events.ts'
import { keyed, passed, untouched, type ViewerRow, viewerGroup } from './viewer-case.ts'

/** A query for the photo of the default route, and what is left of it. */
const photo = (name: string, query: string, key: string): ViewerRow => [name, { query }, keyed(key)]

const at = (uri: string, query: string, key: string, name = uri): ViewerRow => [name, { uri, query }, keyed(key)]

const accepting = (name: string, accept: string | string[], key: string, input: ViewerInput = {}): ViewerRow => [
  name,
  { ...input, headers: { accept } },
  keyed(key),
]

const long = (length: number) => 'v'.repeat(length)

const NEVER = viewerGroup('5: the query of a never route is not touched', [
  [
    'a presigned URL',
    { uri: '/drafts/a', query: 'X-Amz-Signature=ab%2Fcd&X-Amz-Date=20261120T120000Z&x-id=GetObject' },
    untouched(),
  ],
  ['escapes in any case, repeated names', { uri: '/drafts/a', query: 'a=%2f&a=%2F&b=+&c' }, untouched()],
  ['image parameters and versions as they are', { uri: '/drafts/a.jpg', query: 'w=601&v=1&fm=webp' }, untouched()],
  ['an API never cached', { uri: '/api/live/a', query: 'z=1&a=2' }, untouched()],
])

const REBUILT = viewerGroup('5: rebuilt from what the route knows, sorted by name', [
  photo('none', '', ''),
  photo('all else is dropped', 'utm_source=x&fbclid=y&acl&versionId=1', ''),
  photo('sorted', 'w=640&v=1&q=50&h=384&fm=png', 'fm=png&h=384&q=50&v=1&w=640'),
  photo('names count case', 'W=640&V=1&Fm=png', ''),
  photo('names are not unescaped', '%77=640', ''),
  photo('names of object members are names like others', 'constructor=1&__proto__=2&toString=3&w=640', 'w=640'),
  at('/vault/a.jpg', 'w=640&fm=png', '', 'no image parameters on a route without images'),
  at('/u/1/avatar-1.png', 'w=640&v=1', 'v=1', 'nor where a pattern takes an image'),
])

const OF_A_LONG_PATH = viewerGroup('5: of a path of more than 640 characters, images and escapes stay as they are', [
  at(`/${'a'.repeat(635)}.jpg`, 'w=640&v=%31', 'v=1&w=640', '640 characters'),
  at(`/api/${'a'.repeat(636)}`, 'term=%61', 'term=%61', '641 characters: a parameter of the route'),
  at(`/api/${'a'.repeat(635)}`, 'term=%61', 'term=a', '640 characters: a parameter of the route'),
  at(`/${'%D1%8F'.repeat(128)}.jpg`, 'w=640&v=%31', 'v=1', '773 characters, escapes among them'),
])

const VERSION = viewerGroup('5: version', [
  photo('a timestamp', 'v=1706400000', 'v=1706400000'),
  photo('every character it may have', 'v=AZaz09._~-', 'v=AZaz09._~-'),
  photo('one character', 'v=1', 'v=1'),
  photo('64 characters', `v=${long(64)}`, `v=${long(64)}`),
  photo('65 characters are none', `v=${long(65)}`, ''),
  photo('an empty one is none', 'v=', ''),
  photo('without a value is none', 'v', ''),
  photo('a slash is none', 'v=a/b', ''),
  photo('a space is none', 'v=a b', ''),
  photo('a letter beyond ASCII is none', 'v=é', ''),
  photo('a line feed at the end is none', 'v=1\n', ''),
  photo('escaped unreserved characters count as what they stand for', 'v=%31%37%41', 'v=17A'),
  photo('an escaped one that makes it too long by its escapes alone', `v=${'%61'.repeat(64)}`, `v=${'a'.repeat(64)}`),
  photo('an escaped reserved character is none', 'v=1%2F2', ''),
  photo('a doubly escaped one is none', 'v=%2531', ''),
  photo('the first of several', 'v=1&v=2', 'v=1'),
  photo('the first that matches', 'v=!&v=3&v=4', 'v=3'),
  photo('the first that matches: the fifth', 'v=&v=!&v=%20&v=a/b&v=%33', 'v=3'),
  at('/builds/app.js', 'rev=7&v=8', 'rev=7', "a route's own name for it"),
  at('/vault/app.js', 'v=8', '', 'a route without versions'),
  at('/api/x', 'v=8', 'v=8', 'an API route'),
])

const QUERY = viewerGroup("5: the route's query names", [
  at('/api/x', 'term=red%20car&page=2&junk=1', 'page=2&term=red%20car', 'sorted by name, the rest dropped'),
  at('/api/x', 'term=b&page=1&term=a&term=b', 'page=1&term=b&term=a&term=b', 'every value in the order received'),
  at('/api/x', 'term=%c3%a9%7e', 'term=%C3%A9~', 'escapes canonicalised'),
  at('/api/x', 'term=%2f%3d%26%23', 'term=%2F%3D%26%23', 'reserved characters stay escaped'),
  at('/api/x', "term=a/b?c:d@e!f$g'(h)*,;=", "term=a/b?c:d@e!f$g'(h)*,;=", 'what a query may hold stays'),
  at('/api/x', 'term=é "<>#', 'term=%C3%A9%20%22%3C%3E%23', 'what it may not hold is escaped'),
  at('/api/x', 'term=a+b', 'term=a+b', 'a plus sign stays what it is'),
  at('/api/x', 'term=100%&page=%zz', 'page=%25zz&term=100%25', 'a percent sign that begins no escape is escaped'),
  at('/api/x', 'term=%2%35', 'term=%2525', 'before what is decoded completes it'),
  at('/api/x', `term=é${'x'.repeat(28)}%73`, `term=%C3%A9${'x'.repeat(28)}s`, '32 characters, not all ASCII'),
  at('/api/x', 'term=', 'term=', 'an empty value is a value'),
  at('/api/x', 'term', 'term=', 'and so is none'),
  at('/api/x', 'Term=1', '', 'names count case'),
  at('/api/x', 'h=640&fm=webp&page=1', 'page=1', 'no image parameters on an API route'),
  at('/api/x', 'q=search', 'q=search', 'the name of an image parameter is one like others on a route without images'),
  at(
    '/api/_next/image',
    'url=%2Fa.png%3Fb%3D1&w=641&q=75&w=x',
    'q=75&url=%2Fa.png%3Fb%3D1&w=641&w=x',
    'and so are its values: nothing is snapped to a ladder',
  ),
  at('/api/x', 'page[number]=2&ids[]=b&ids[]=a', 'ids[]=b&ids[]=a&page[number]=2', 'names with brackets'),
  at('/api/x', 'page%5bnumber%5D=2&ids%5B%5D=1', 'ids[]=1&page[number]=2', 'names whose brackets are escaped'),
  at('/api/x', 'ids%5B%5D=1&ids[]=2&ids%5b%5d=3', 'ids[]=2&ids[]=1&ids[]=3', 'in both spellings: the plain one first'),
  at('/api/x', 'ids%5B%5D=%c3%a9', 'ids[]=%C3%A9', 'escapes of their values are canonicalised'),
  at('/api/x', 'ids[=1&ids[0]=2&%5B%5D=3&ids%255B%255D=4&ids%5B%5=5', '', 'other brackets are other names'),
  at('/builds/a.js', 'lang=de&rev=1&page=2', 'lang=de&rev=1', 'on an S3 route too'),
])

const EXTENSIONS = viewerGroup('5: image parameters, by the extension of the path', [
  ...['jpg', 'jpeg', 'jpe', 'jfif', 'png', 'gif', 'JPG', 'JfIf'].map((extension) =>
    at(`/a.${extension}`, 'w=640', 'w=640'),
  ),
  ...['webp', 'avif', 'tif', 'tiff', 'heic', 'heif', 'TiFf'].map((extension) =>
    at(`/a.${extension}`, 'w=640&fm=jpg', 'fm=jpg&w=640'),
  ),
  at('/a', 'w=640', 'w=640', 'a path without an extension'),
  at('/a.b/c', 'w=640', 'w=640', 'a dot in a folder is no extension'),
  at('/', 'w=640', 'w=640', 'the root'),
  ...['svg', 'js', 'jpg2', 'mp4', 'html', 'v2', 'doe'].map((extension) =>
    at(`/a.${extension}`, 'w=640&fm=png&q=50', ''),
  ),
  ['an escaped extension', { uri: '/a.jp%67', query: 'w=640' }, passed({ uri: '/a.jpg', query: 'w=640' })],
  at('/a.svg.jpg', 'w=640', 'w=640', 'the last extension counts'),
  at('/a.jpg.svg', 'w=640', '', 'and no other'),
  ['nothing is negotiated for other paths', { uri: '/a.svg', headers: { accept: 'image/webp' } }, keyed('')],
])

const SIZE = viewerGroup('5: w and h', [
  photo('a rung as it is', 'w=640', 'w=640'),
  photo('snapped up', 'w=601', 'w=640'),
  photo('one above a rung', 'w=641', 'w=750'),
  photo('one', 'w=1', 'w=16'),
  photo('the top rung', 'w=3840', 'w=3840'),
  photo('above the top rung: the top rung', 'w=3841', 'w=3840'),
  photo('a number no number can hold', `w=${'9'.repeat(400)}`, 'w=3840'),
  photo('leading zeros', 'w=000640', 'w=640'),
  photo('a decimal, up', 'w=640.5', 'w=750'),
  photo('a decimal that is whole', 'w=640.0', 'w=640'),
  photo('a point at the end or the beginning', 'w=640.&h=.5', 'h=16&w=640'),
  photo('max-w and max-h', 'max-w=600&max-h=400', 'h=640&w=640'),
  photo('w before max-w', 'w=100&max-w=600', 'w=128'),
  photo('0 is dropped', 'w=0', ''),
  photo('many zeros are dropped', 'w=000', ''),
  photo('nothing is dropped', 'w=', ''),
  ...[
    '-640',
    '+640',
    '640px',
    '6.4.0',
    '.',
    '0.0',
    '1e3',
    '0x280',
    ' 640',
    '640 ',
    '640\n',
    '٦٤٠',
    'auto',
    'NaN',
    'Infinity',
  ].map((value) => photo(`${JSON.stringify(value)} is dropped`, `w=${value}`, '')),
  photo('escaped digits', 'w=%36%34%30', 'w=640'),
  photo('an escaped line feed', 'w=640%0A', ''),
  photo('a height alone', 'h=500', 'h=640'),
  photo('both, each to its rung, without fit', 'w=600&h=400', 'h=640&w=640'),
  photo('the first that parses', 'w=x&w=100&w=640', 'w=128'),
  photo('the first that parses, 0 does not', 'w=0&w=640', 'w=640'),
  photo('the first that parses: the fifth', 'w=&w=0&w=-1&w=x&w=%36%34', 'w=64'),
  at('/thumbs/a.jpg', 'w=101&h=99', 'h=100&w=200', "another route's ladder"),
  at('/thumbs/a.jpg', 'w=5000', 'w=400', "another route's top rung"),
])

const DPR = viewerGroup('5: dpr', [
  photo('times dpr', 'w=300&dpr=2', 'w=640'),
  photo('height as well', 'h=300&dpr=2', 'h=640'),
  photo('decimals', 'w=300&dpr=1.5', 'w=640'),
  photo('a product that is a rung', 'w=320&dpr=2', 'w=640'),
  photo('a product just above a rung', 'w=320&dpr=2.001', 'w=750'),
  photo('1', 'w=640&dpr=1', 'w=640'),
  photo('5', 'w=128&dpr=5', 'w=640'),
  photo('5.0', 'w=128&dpr=5.0', 'w=640'),
  ...['0', '0.5', '5.01', '6', '10', '-2', '2..', '.5', '2x', '1e1', '2,5', '', '2\n'].map((value) =>
    photo(`${JSON.stringify(value)} is ignored`, `w=640&dpr=${value}`, 'w=640'),
  ),
  photo('alone it is nothing', 'dpr=2', ''),
  photo('the first that parses', 'w=320&dpr=9&dpr=2&dpr=3', 'w=640'),
  photo('never in the key', 'w=640&dpr=1&q=50', 'q=50&w=640'),
  photo('more than the top rung', 'w=3840&dpr=5', 'w=3840'),
])

const CROP = viewerGroup('5: fit', [
  photo('crop keeps its proportion', 'fit=crop&w=600&h=400', 'fit=crop&h=427&w=640'),
  photo('a square', 'fit=crop&w=640&h=640', 'fit=crop&h=640&w=640'),
  photo('upright', 'fit=crop&w=480&h=640', 'fit=crop&h=853&w=640'),
  photo('16:9, height rounded', 'fit=crop&w=1920&h=1080', 'fit=crop&h=1080&w=1920'),
  photo('3:1', 'fit=crop&w=640&h=213', 'fit=crop&h=213&w=640'),
  photo('4:1', 'fit=crop&w=640&h=160', 'fit=crop&h=160&w=640'),
  photo('21:9', 'fit=crop&w=640&h=274', 'fit=crop&h=274&w=640'),
  photo('1.91:1, for previews of links', 'fit=crop&w=1200&h=630', 'fit=crop&h=626&w=1200'),
  photo('on a ladder: what is nearly the same is the same', 'fit=crop&w=640&h=430', 'fit=crop&h=427&w=640'),
  photo('wider than the widest ratio', 'fit=crop&w=640&h=10', 'fit=crop&h=40&w=640'),
  photo('taller than the tallest', 'fit=crop&w=64&h=3840', 'fit=crop&h=1024&w=64'),
  photo('a row of pixels at least', 'fit=crop&w=16&h=1', 'fit=crop&h=1&w=16'),
  photo('decimals', 'fit=crop&w=640.4&h=426.9', 'fit=crop&h=500&w=750'),
  photo('numbers that no number can hold', `fit=crop&w=${'9'.repeat(400)}&h=${'9'.repeat(400)}`, 'h=3840&w=3840'),
  photo('min, which never enlarges either', 'fit=min&w=600&h=400', 'fit=crop&h=427&w=640'),
  photo('min without both', 'fit=min&w=600', 'w=640'),
  photo('clip is max', 'fit=clip&w=600&h=400', 'h=640&w=640'),
  photo('with dpr, which leaves the ratio as it is', 'fit=crop&w=300&h=200&dpr=2', 'fit=crop&h=427&w=640'),
  photo('above the top rung', 'fit=crop&w=9000&h=6000', 'fit=crop&h=2560&w=3840'),
  photo('without h it is dropped', 'fit=crop&w=640', 'w=640'),
  photo('without w', 'fit=crop&h=640', 'h=640'),
  photo('without both', 'fit=crop', ''),
  photo('with an h that does not parse', 'fit=crop&w=640&h=0', 'w=640'),
  photo('max is the default', 'fit=max&w=640&h=384', 'h=384&w=640'),
  ...['fill', 'Crop', 'cover', ''].map((fit) =>
    photo(`'${fit}' does not parse`, `fit=${fit}&w=640&h=384`, 'h=384&w=640'),
  ),
  photo('the first that parses: crop', 'fit=cover&fit=crop&fit=max&w=640&h=640', 'fit=crop&h=640&w=640'),
  photo('the first that parses: max', 'fit=max&fit=crop&w=640&h=640', 'h=640&w=640'),
  photo('escaped', 'fit=%63rop&w=640&h=640', 'fit=crop&h=640&w=640'),
  at('/thumbs/a.jpg', 'fit=crop&w=200&h=142', 'fit=crop&h=200&w=200', 'two ratios: just below the middle between them'),
  at('/thumbs/a.jpg', 'fit=crop&w=200&h=141', 'fit=crop&h=100&w=200', 'just above it'),
])

const RATIO = viewerGroup('5: ar', [
  photo('with w', 'fit=crop&ar=3:2&w=600', 'fit=crop&h=427&w=640'),
  photo('with h', 'fit=crop&ar=3:2&h=400', 'fit=crop&h=427&w=640'),
  photo('with dpr', 'fit=crop&ar=3:2&w=300&dpr=2', 'fit=crop&h=427&w=640'),
  photo('an escaped colon', 'fit=crop&ar=3%3A2&w=640', 'fit=crop&h=427&w=640'),
  photo('in lower case', 'fit=crop&ar=3%3a2&w=640', 'fit=crop&h=427&w=640'),
  photo('decimals', 'fit=crop&ar=1.5:1&w=640', 'fit=crop&h=427&w=640'),
  photo('upright', 'fit=crop&ar=9:16&w=640', 'fit=crop&h=1138&w=640'),
  photo('fit=min alike', 'fit=min&ar=1:1&w=640', 'fit=crop&h=640&w=640'),
  photo('without fit', 'ar=1:1&w=640', 'fit=crop&h=640&w=640'),
  photo('not with fit=max', 'fit=max&ar=1:1&w=640', 'w=640'),
  photo('both sizes come before it', 'fit=crop&ar=1:1&w=600&h=400', 'fit=crop&h=427&w=640'),
  photo('without a size it is nothing', 'fit=crop&ar=3:2', ''),
  ...['3', '3:', ':2', '3:0', '0:2', '3x2', '3/2', '-3:2', ''].map((value) =>
    photo(`${JSON.stringify(value)} is dropped`, `fit=crop&ar=${value}&w=640`, 'w=640'),
  ),
  photo('the first that parses', 'fit=crop&ar=x&ar=1:1&ar=3:2&w=640', 'fit=crop&h=640&w=640'),
  at('/thumbs/a.jpg', 'fit=crop&ar=21:9&w=200', 'fit=crop&h=100&w=200', "another route's ratios"),
])

/** A square cut out, with `crop`. */
const square = (name: string, query: string, crop: string): ViewerRow =>
  photo(name, `fit=crop&w=640&h=640&${query}`, `${crop && `crop=${crop}&`}fit=crop&h=640&w=640`)

const POSITION = viewerGroup('5: crop, fp-x and fp-y', [
  square('top', 'crop=top', '40'),
  square('bottom', 'crop=bottom', '48'),
  square('left', 'crop=left', '04'),
  square('right', 'crop=right', '84'),
  square('a pair', 'crop=top,left', '00'),
  square('in the other order', 'crop=left,top', '00'),
  square('an escaped comma', 'crop=bottom%2Cright', '88'),
  square('entropy', 'crop=entropy', 'entropy'),
  square('edges, which is the nearest to it', 'crop=edges', 'entropy'),
  square('attention', 'crop=attention', 'attention'),
  square('faces', 'crop=faces', 'attention'),
  square('faces, else entropy', 'crop=faces%2Centropy', 'attention'),
  square('the middle', 'crop=center', ''),
  square('nothing', 'crop=', ''),
  square('a focal point', 'crop=focalpoint&fp-x=0.25&fp-y=0.8', '27'),
  square('at the edges', 'crop=focalpoint&fp-x=0&fp-y=1', '08'),
  // In one engine a number may have a line feed behind it, in the other not.
  square('no number', 'crop=focalpoint&fp-x=640\n&fp-y=0.8', '47'),
  square('beyond them', 'crop=focalpoint&fp-x=3&fp-y=999', '88'),
  square('in the middle', 'crop=focalpoint&fp-x=0.5&fp-y=.5', ''),
  square('one of two', 'crop=focalpoint&fp-y=0.1', '40'),
  square('none', 'crop=focalpoint', ''),
  square('nowhere', 'crop=focalpoint&fp-x=left&fp-y=', ''),
  square('fp-x and fp-y without it', 'fp-x=0.1&fp-y=0.1', ''),
  square('as it is in the key', 'crop=27', '27'),
  square('the middle, as it never is', 'crop=44', ''),
  square('off the grid', 'crop=29', ''),
  photo('nothing where nothing is cut', 'crop=top&w=640', 'w=640'),
  photo('nor in a box', 'crop=top&fit=max&w=640&h=640', 'h=640&w=640'),
])

const PART = viewerGroup('5: rect', [
  photo('its own size', 'rect=0,0,600,400', 'crop=0,0,608&fit=crop&h=427&w=640'),
  photo('escaped commas', 'rect=0%2C0%2C600%2C400', 'crop=0,0,608&fit=crop&h=427&w=640'),
  photo('with w', 'rect=320,160,960,640&w=300', 'crop=320,160,960&fit=crop&h=256&w=384'),
  photo('with h', 'rect=320,160,960,640&h=200', 'crop=320,160,960&fit=crop&h=256&w=384'),
  photo('with a box', 'rect=320,160,960,640&w=300&h=1000', 'crop=320,160,960&fit=crop&h=256&w=384'),
  photo(
    'with a proportion: the middle of it',
    'rect=320,160,960,640&w=64&h=64&fit=crop',
    'crop=480,160,640&fit=crop&h=64&w=64',
  ),
  photo('with ar', 'rect=320,160,640,640&w=64&ar=2:1', 'crop=320,320,640&fit=crop&h=32&w=64'),
  photo('on a grid that is fine enough', 'rect=1003,501,1999,1333&w=640', 'crop=992,512,1984&fit=crop&h=427&w=640'),
  photo('exact where it is small', 'rect=1,2,63,42&w=64', 'crop=1,2,63&fit=crop&h=43&w=64'),
  photo('decimals', 'rect=0.4,0.4,60.2,40.2&w=64', 'crop=0,0,60&fit=crop&h=43&w=64'),
  photo('no narrower than a step', 'rect=4096,0,1,1&w=64', 'crop=4096,0,64&fit=crop&h=64&w=64'),
  photo(
    'beyond any picture, in 60 characters',
    `rect=${'9'.repeat(28)},0,${'9'.repeat(27)},1&w=64`,
    'crop=65536,0,2048&fit=crop&h=4&w=64',
  ),
  photo('before crop', 'rect=0,0,64,64&crop=top&w=64', 'crop=0,0,64&fit=crop&h=64&w=64'),
  ...['0,0,100', '0,0,0,100', '0,0,100,0', '100', 'left,top', ''].map((rect) =>
    photo(`${JSON.stringify(rect)} is dropped`, `rect=${rect}&w=64`, 'w=64'),
  ),
  at('/thumbs/a.jpg', 'rect=0,0,64,64&w=100', 'w=100', 'a route without it'),
])

const QUALITY = viewerGroup('5: q', [
  photo('a rung', 'q=50', 'q=50'),
  photo('the nearest rung, down', 'q=57', 'q=50'),
  photo('the nearest rung, up', 'q=58', 'q=65'),
  photo('the default is left out', 'q=80', ''),
  photo('and so is what snaps to it', 'q=75', ''),
  photo('a tie goes up', 'q=85', 'q=90'),
  at('/thumbs/a.jpg', 'q=50', '', 'a tie goes up to the default, and out'),
  at('/thumbs/a.jpg', 'q=70', 'q=80', 'a tie goes up from the default'),
  at('/thumbs/a.jpg', 'q=49', 'q=40', 'just below a tie'),
  photo('1', 'q=1', 'q=50'),
  photo('100', 'q=100', 'q=90'),
  photo('a decimal', 'q=50.0', 'q=50'),
  photo('one between two rungs', 'q=57.5', 'q=65'),
  ...['0', '101', '100.1', '-1', '', 'auto', '50%', '1e2', '50\n'].map((value) =>
    photo(`${JSON.stringify(value)} is dropped`, `q=${value}`, ''),
  ),
  photo('auto, of WebP', 'fm=webp&q=auto&w=64', 'fm=webp&q=auto&w=64'),
  photo('auto, of another format', 'fm=jpg&q=auto', 'fm=jpg'),
  photo('auto, behind what does not parse', 'fm=webp&q=none&q=auto', 'fm=webp&q=auto'),
  photo('leading zeros', 'q=050', 'q=50'),
  photo('escaped', 'q=%35%30', 'q=50'),
  photo('the first that parses', 'q=200&q=50&q=90', 'q=50'),
])

const FORMAT = viewerGroup('5: fm and auto', [
  ...['webp', 'jpg', 'png', 'avif'].map((format) => photo(format, `fm=${format}`, `fm=${format}`)),
  at('/thumbs/a.jpg', 'fm=avif', '', 'avif only where configured'),
  ...['jpeg', 'pjpg'].map((format) => photo(`${format} is JPEG`, `fm=${format}`, 'fm=jpg')),
  photo('common: what every browser shows', 'fm=common', 'fm=common'),
  ...['gif', 'WEBP', 'png8', 'pjpeg', '', 'webp '].map((format) =>
    photo(`'${format}' is as if absent`, `fm=${format}`, ''),
  ),
  photo("the source's own format, asked for", 'fm=jpg', 'fm=jpg'),
  photo('auto=format is left out', 'auto=format&w=640', 'w=640'),
  photo('any auto is', 'auto=compress,format', ''),
  photo('the first that parses', 'fm=gif&fm=png&fm=webp', 'fm=png'),
  photo('escaped', 'fm=%77ebp', 'fm=webp'),
  accepting('fm wins over Accept', 'image/avif,image/webp', 'fm=png', { query: 'fm=png' }),
  accepting('an fm that does not parse leaves it to Accept', 'image/webp', 'fm=webp', { query: 'fm=gif' }),
  accepting('auto=format leaves it to Accept', 'image/webp', 'fm=webp&w=640', { query: 'auto=format&w=640' }),
])

const BROWSER = 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8'

const ACCEPT = viewerGroup('5: Accept (RFC 9110, 12.5.1)', [
  accepting('the first of formats that the viewer accepts', BROWSER, 'fm=avif'),
  accepting("in the route's order, not the viewer's", 'image/webp,image/avif;q=0.1', 'fm=avif'),
  accepting('the next where the first is not accepted', 'image/webp,image/*', 'fm=webp'),
  accepting('only those of the route', BROWSER, 'fm=webp', { uri: '/thumbs/a.jpg' }),
  accepting('none: the source stays', 'image/png,image/jpeg', ''),
  accepting('image/* and */* do not imply it', 'image/*,*/*', ''),
  accepting('an empty Accept', '', ''),
  accepting('names in any case', 'IMAGE/WebP', 'fm=webp'),
  accepting('alone', 'image/webp', 'fm=webp'),
  accepting('spaces around', '  image/png , image/webp  ', 'fm=webp'),
  accepting('tabs around', 'image/png,\timage/webp', 'fm=webp'),
  accepting('a weight', 'image/webp;q=0.8', 'fm=webp'),
  accepting('the smallest weight', 'image/webp;q=0.001', 'fm=webp'),
  ...['q=0', 'q=0.0', 'q=0.000', 'Q=0', ' q=0', 'q=0.'].map((weight) =>
    accepting(`${weight} means no`, `image/webp;${weight},*/*`, ''),
  ),
  accepting('parameters before the weight', 'image/webp;a=b;q=0', ''),
  accepting('parameters without a weight', 'image/webp;a=b', 'fm=webp'),
  accepting('a parameter whose name ends in q', 'image/webp;xq=0', 'fm=webp'),
  accepting('a refusal of one leaves the other', 'image/avif;q=0,image/webp', 'fm=webp'),
  accepting('the second line counts', ['image/png', 'image/webp'], 'fm=webp'),
  accepting('the last of three lines', ['image/png', '*/*;q=0.1', 'image/avif'], 'fm=avif'),
  accepting('a longer name is another', 'image/webpx,ximage/webp,image/webp2', ''),
  accepting('a name inside a quoted parameter', 'text/plain;a=",image/webp,",*/*', ''),
  accepting('what stands behind a quote is not read', 'text/plain;a="x,y",image/webp', ''),
  accepting('an escaped quote inside a quoted parameter', 'text/plain;a="x\\",image/webp,",*/*', ''),
  accepting('an extension that is the format already', BROWSER, '', { uri: '/a.avif' }),
  accepting('an extension that is a later format', BROWSER, 'fm=avif', { uri: '/a.webp' }),
  accepting('an extension that is the only accepted format', 'image/webp', '', { uri: '/a.webp' }),
  accepting('AVIF stays for whoever takes it, whatever else is negotiated', BROWSER, '', { uri: '/thumbs/a.avif' }),
  accepting('AVIF for whoever takes WebP', 'image/webp,image/*', 'fm=webp', { uri: '/a.avif' }),
  accepting('AVIF for whoever takes neither', 'image/png,image/*;q=0.8', 'fm=common', { uri: '/a.avif' }),
  accepting('WebP for whoever takes neither', 'image/png,image/*;q=0.8', 'fm=common', { uri: '/a.webp' }),
  accepting('WebP that is refused', 'image/webp;q=0,image/*', 'fm=common', { uri: '/a.webp' }),
  accepting('TIFF and HEIC alike', 'image/png', 'fm=common', { uri: '/a.tif' }),
  accepting('HEIC for whoever takes that', 'image/heic,image/*', '', { uri: '/a.heic' }),
  accepting('for a program that takes anything the source stays', '*/*', '', { uri: '/a.avif' }),
  accepting('a format that is asked for comes first', 'image/png', 'fm=webp', { uri: '/a.avif', query: 'fm=webp' }),
  accepting('in capitals', 'image/webp', '', { uri: '/a.WEBP' }),
  accepting('other parameters stay where nothing is negotiated', 'image/webp', 'w=640', {
    uri: '/a.webp',
    query: 'w=600',
  }),
  accepting('with a version', 'image/webp', 'fm=webp&v=1', { query: 'v=1' }),
  accepting('nothing on a route without images', BROWSER, '', { uri: '/vault/a.jpg' }),
])

export const queryGroups = [
  NEVER,
  REBUILT,
  OF_A_LONG_PATH,
  VERSION,
  QUERY,
  EXTENSIONS,
  SIZE,
  DPR,
  CROP,
  RATIO,
  POSITION,
  PART,
  QUALITY,
  FORMAT,
  ACCEPT,
]
