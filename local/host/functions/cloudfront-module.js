// What `import cf from 'cloudfront'` gives a CloudFront Function, in njs and in workerd, and so keeps to what njs 0.7.9
// understands. Developer Guide, "Helper methods for key value stores" and "General helper methods".
//
// Emulated: kvs().get, exists and meta; logCustomData. Not emulated, and absent: updateRequestOrigin,
// selectRequestOriginById, createRequestOriginGroup, edgeLocation, cwt, distributionTenant.

/** Bytes of a log field. */
const CUSTOM_DATA_BYTES = 800

/**
 * What the driver sets before it runs the function. `keyValues`: the store, absent where none is associated.
 * `customData`: what goes into the log's field, if the function wrote any.
 *
 * @returns {{ keyValues?: Record<string, string>, customData?: string | undefined }}
 */
const platform = () => /** @type {any} */ (globalThis).rimlightPlatform || {}

/** @param {string} reason */
const failed = (reason) => Promise.reject(new Error(reason))

/** @param {Record<string, string>} values @param {string} key */
const has = (values, key) => Object.getOwnPropertyDescriptor(values, key) !== undefined

const store = {
  /** @param {string} key @param {{ format?: 'string' | 'json' | 'bytes' }} [options] */
  get: (key, options) => {
    const values = platform().keyValues
    if (!values) return failed('KeyValueStoreNotAssociated')
    if (!has(values, key)) return failed('KeyNotFound')
    const text = String(values[key])
    const wanted = options || {}
    const format = wanted.format
    if (format === 'json') return Promise.resolve(text).then(JSON.parse)
    return Promise.resolve(format === 'bytes' ? Buffer.from(text) : text)
  },
  /** @param {string} key */
  exists: (key) => {
    const values = platform().keyValues
    return values ? Promise.resolve(has(values, key)) : failed('KeyValueStoreNotAssociated')
  },
  meta: () => {
    const values = platform().keyValues
    if (!values) return failed('KeyValueStoreNotAssociated')
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
