// What `import cf from 'cloudfront'` gives a CloudFront Function, in njs and in workerd, and so keeps to what njs 0.7.9
// understands. Developer Guide, "Helper methods for key value stores" and "General helper methods".
//
// Emulated: kvs().get, exists and meta; logCustomData. Not emulated, and absent: updateRequestOrigin,
// selectRequestOriginById, createRequestOriginGroup, edgeLocation, cwt, distributionTenant.

/** Bytes of a log field. */
const CUSTOM_DATA_BYTES = 800

/**
 * What whoever runs the function lays down for it. `keyValues`: the store, absent where none is associated.
 * `customData`: what goes into the log's field, if the function wrote any.
 *
 * @returns {{ keyValues?: Record<string, string>, customData?: string | undefined }}
 */
const platform = () => /** @type {any} */ (globalThis).rimlightPlatform || {}

/** @param {string} key */
function read(key) {
  const values = platform().keyValues
  if (!values) return Promise.reject(new Error('KeyValueStoreNotAssociated'))
  return Object.getOwnPropertyDescriptor(values, key)
    ? Promise.resolve(String(values[key]))
    : Promise.reject(new Error('KeyNotFound'))
}

/** @param {string} text @param {string | undefined} format */
function inFormat(text, format) {
  if (format === 'json') return JSON.parse(text)
  return format === 'bytes' ? Buffer.from(text) : text
}

const store = {
  /** @param {string} key @param {{ format?: 'string' | 'json' | 'bytes' }} [options] */
  get: (key, options) => {
    const wanted = options || {}
    return read(key).then((text) => inFormat(text, wanted.format))
  },
  /** @param {string} key */
  exists: (key) =>
    read(key).then(
      () => true,
      (error) => {
        if (error.message === 'KeyNotFound') return false
        throw error
      },
    ),
  meta: () => {
    const values = platform().keyValues
    if (!values) return Promise.reject(new Error('KeyValueStoreNotAssociated'))
    const now = new Date().toISOString()
    return Promise.resolve({ creationDateTime: now, lastUpdatedDateTime: now, keyCount: Object.keys(values).length })
  },
}

/**
 * The last call of an invocation counts; what is too long is cut.
 *
 * @param {string} text
 */
function logCustomData(text) {
  platform().customData = encodeURIComponent(String(text)).slice(0, CUSTOM_DATA_BYTES)
}

export default { kvs: () => store, logCustomData }
