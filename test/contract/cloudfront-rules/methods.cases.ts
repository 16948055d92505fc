import { type Row, rows, type Step } from './row.ts'
import { BEHAVIOURS, CACHE_KEY, CUSTOM_ORIGIN, RFC_9110, RFC_9111 } from './sources.ts'

const refused = (method: string): Step[] => [{ viewer: { method }, expect: { status: 403, xCache: 'Error' } }]
const passed = (method: string, body?: string): Step[] => {
  const step: Step = {
    viewer: { method, ...(body === undefined ? {} : { body }) },
    origin: { headers: { 'cache-control': 'max-age=100' } },
    sees: { method, ...(body === undefined ? {} : { body }) },
    expect: 'Miss',
  }
  return [step, step]
}

export const METHODS: Row[] = [
  ...rows(BEHAVIOURS, 'methods-read', {
    'POST where GET and HEAD are allowed': refused('POST'),
    'PUT where GET and HEAD are allowed': refused('PUT'),
    'OPTIONS where GET and HEAD are allowed': refused('OPTIONS'),
    'DELETE where GET and HEAD are allowed': refused('DELETE'),
  }),
  ...rows(BEHAVIOURS, 'usual', {
    'POST where OPTIONS is allowed besides': refused('POST'),
    'OPTIONS is passed on, and not cached unless that is set': passed('OPTIONS'),
  }),
  ...rows(BEHAVIOURS, 'methods-all', {
    'POST is passed on, and not cached': passed('POST', 'a body'),
    'PUT is passed on, and not cached': passed('PUT', 'a body'),
    'PATCH is passed on, and not cached': passed('PATCH', 'a body'),
    'DELETE is passed on, and not cached': passed('DELETE'),
    'a method that CloudFront does not know': refused('PROPFIND'),
    'a POST leaves what is cached': [
      { origin: {}, expect: 'Miss' },
      { viewer: { method: 'POST', body: 'x' }, origin: {}, expect: 'Miss' },
      { expect: { xCache: 'Hit', body: 'object 1' } },
    ],
    'an error to a POST is not cached': [
      { viewer: { method: 'POST', body: 'x' }, origin: { status: 404 }, expect: { status: 404, xCache: 'Error' } },
      { viewer: { method: 'POST', body: 'x' }, origin: {}, expect: { xCache: 'Miss', body: 'object 2' } },
    ],
  }),
  ...rows(CACHE_KEY, 'methods-options', {
    'OPTIONS is cached where that is set': [
      { viewer: { method: 'OPTIONS' }, origin: {}, sees: { method: 'OPTIONS' }, expect: 'Miss' },
      { viewer: { method: 'OPTIONS' }, expect: { xCache: 'Hit', body: 'object 1' } },
    ],
    'apart from GET': [
      { viewer: { method: 'OPTIONS' }, origin: {}, expect: { body: 'object 1' } },
      { origin: {}, sees: { method: 'GET' }, expect: { xCache: 'Miss', body: 'object 2' } },
      { viewer: { method: 'OPTIONS' }, expect: { xCache: 'Hit', body: 'object 1' } },
      { expect: { xCache: 'Hit', body: 'object 2' } },
    ],
  }),
  ...rows(CUSTOM_ORIGIN, 'methods-all', {
    'a GET with a body': [
      { viewer: { body: 'x', headers: { 'content-length': '1' } }, expect: { status: 403, xCache: 'Error' } },
    ],
    'HEAD is cached': [
      {
        viewer: { method: 'HEAD' },
        origin: { headers: { 'content-length': '8' } },
        sees: { method: 'HEAD' },
        expect: { xCache: 'Miss', body: '', headers: { 'content-length': '8' } },
      },
      { viewer: { method: 'HEAD' }, expect: { xCache: 'Hit', body: '', headers: { 'content-length': '8' } } },
    ],
  }),
  ...rows(RFC_9110, 'usual', {
    '9.3.2: what came of a HEAD is no answer to a GET': [
      { viewer: { method: 'HEAD' }, origin: {}, expect: { xCache: 'Miss', body: '' } },
      { origin: {}, sees: { method: 'GET' }, expect: { xCache: 'Miss', body: 'object 2' } },
    ],
    '9.3.2: what came of a HEAD answers the next one, although the GET has expired': [
      { origin: { headers: { 'cache-control': 'max-age=10', etag: '"a"' } }, expect: 'Miss' },
      {
        viewer: { method: 'HEAD' },
        after: 12,
        origin: { headers: { etag: '"b"' } },
        sees: { method: 'HEAD' },
        expect: { xCache: 'Miss', body: '', headers: { etag: '"b"' } },
      },
      { viewer: { method: 'HEAD' }, expect: { xCache: 'Hit', body: '', headers: { etag: '"b"' } } },
      { origin: {}, sees: { method: 'GET' }, expect: { xCache: 'Miss', body: 'object 3' } },
      { viewer: { method: 'HEAD' }, expect: { xCache: 'Hit', body: '' } },
    ],
    '9.3.2: a HEAD that is told 304 renews the GET': [
      { origin: { headers: { 'cache-control': 'max-age=10', etag: '"a"' } }, expect: 'Miss' },
      {
        viewer: { method: 'HEAD' },
        after: 12,
        origin: { status: 304 },
        sees: { method: 'HEAD', headers: { 'if-none-match': '"a"' } },
        expect: { xCache: 'RefreshHit', body: '' },
      },
      { expect: { xCache: 'Hit', body: 'object 1' } },
    ],
    '9.3.2: a HEAD has the headers of the GET': [
      { origin: { headers: { 'content-type': 'text/css', etag: '"a"' } }, expect: 'Miss' },
      {
        viewer: { method: 'HEAD' },
        expect: { body: '', headers: { 'content-type': 'text/css', etag: '"a"', 'content-length': '8' } },
      },
    ],
  }),
  ...rows(RFC_9111, 'usual', {
    '4.3.5: a HEAD that is about the same object renews the GET': [
      { origin: { headers: { 'cache-control': 'max-age=10', etag: '"a"', 'x-a': '1', 'x-b': '1' } }, expect: 'Miss' },
      {
        viewer: { method: 'HEAD' },
        after: 12,
        origin: { headers: { etag: '"a"', 'x-a': '2' } },
        expect: { xCache: 'RefreshHit', body: '', headers: { 'x-a': '2', 'x-b': '1' } },
      },
      { expect: { xCache: 'Hit', body: 'object 1', headers: { 'x-a': '2' } } },
    ],
    '4.3.5: one with another length does not': [
      { origin: { headers: { 'cache-control': 'max-age=10' } }, expect: 'Miss' },
      { viewer: { method: 'HEAD' }, after: 12, origin: { headers: { 'content-length': '9' } }, expect: 'Miss' },
      { origin: {}, expect: { xCache: 'Miss', body: 'object 3' } },
    ],
  }),
]
