/** The config that is expected of one distribution, whichever tool describes it. */

/** Of the public key in its key group. */
export const PEM = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEVs/o5+uQbTjL3chynL4wXgUg2R9
q9UU8I5mEovUf86QZ7kOBIjJwqnzD1omageEHWwHdBO6B+dFabmdT9POxg==
-----END PUBLIC KEY-----`

/** @param photos what the tool says of the bucket */
export const expectedSettings = (photos: { bucket: string; region: string }) => ({
  domains: ['img.example.com'],
  origins: { photos, api: { domain: 'api.example.com', path: '/prod', headers: ['x-key'] } },
  keyGroups: { site: [PEM] },
  routes: [
    { path: '/api/*', origin: 'api', cache: 'never' },
    { path: '/old/*', cache: { min: 0, default: 3600, max: 86400 }, version: 'v', query: [] },
    { path: '/private/*', cache: { min: 1, default: 86400 }, auth: { type: 'signed', keyGroups: ['site'] } },
    {
      path: '/*',
      cache: { default: 3600 },
      query: ['page'],
      cors: { origins: ['https://www.example.com'], maxAge: 600 },
    },
  ],
  headers: {
    setResponse: {
      'x-a': 'b',
      'strict-transport-security': 'max-age=300; includeSubDomains',
      'referrer-policy': null,
      'cross-origin-resource-policy': null,
    },
  },
})
