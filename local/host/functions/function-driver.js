// Stands after a CloudFront Function's text in njs and in workerd, and so keeps to what njs 0.7.9 understands:
// no for-of, no destructuring, no default parameters, no `catch {}`.

/**
 * Hands each event to the handler, one after the other, and reports each outcome as one line of JSON:
 * `{ value, logs }`, `{ threw, logs }` or `{ missing, logs }`, with `customData` where the function logged any.
 *
 * @param {(event: unknown) => any} handler
 * @param {string[]} texts events as JSON
 * @param {(line: string) => void} report
 * @param {Record<string, string> | null} keyValues what its KeyValueStore holds; null: none is associated
 */
function driveRimlightFunction(handler, texts, report, keyValues) {
  if (typeof handler !== 'function') throw new Error('it defines no function named handler')
  /** @type {string[]} */
  let logs = []
  /** @type {{ keyValues: Record<string, string> | null, customData?: string }} */
  const platform = { keyValues }
  Object.assign(globalThis, { rimlightPlatform: platform })
  // CloudFront's takes one argument.
  console.log = (line) => {
    logs.push(String(line))
  }

  /** @param {unknown} error */
  function reportThrow(error) {
    let threw = 'a value that has no text'
    try {
      threw = String(error)
    } catch (_) {}
    report(JSON.stringify({ threw, logs, customData: platform.customData }))
  }

  /** @param {unknown} value */
  function reportValue(value) {
    let text
    try {
      text = JSON.stringify(value)
    } catch (error) {
      return reportThrow(error)
    }
    const customData = platform.customData
    report(
      JSON.stringify(text === undefined ? { missing: typeof value, logs, customData } : { value, logs, customData }),
    )
  }

  /**
   * @param {number} first
   * @returns {Promise<void> | undefined}
   */
  function drive(first) {
    for (let index = first; index < texts.length; index++) {
      logs = []
      delete platform.customData
      let result
      try {
        result = handler(JSON.parse(texts[index] || ''))
        if (result && typeof result.then === 'function') {
          return result.then(reportValue, reportThrow).then(() => drive(index + 1))
        }
      } catch (error) {
        reportThrow(error)
        continue
      }
      reportValue(result)
    }
  }

  return drive(0)
}

Object.assign(globalThis, { driveRimlightFunction })
