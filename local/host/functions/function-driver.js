// Stands after a CloudFront Function's text in njs and in workerd, and so keeps to what njs 0.7.9 understands:
// no for-of, no destructuring, no default parameters, no `catch {}`.

/**
 * Hands each event to the handler, one after the other, and reports each outcome as one line of JSON:
 * `{ value, logs }`, `{ threw, logs }` or `{ missing, logs }`.
 *
 * @param {(event: unknown) => any} handler
 * @param {string[]} texts events as JSON
 * @param {(line: string) => void} report
 */
function driveRimlightFunction(handler, texts, report) {
  if (typeof handler !== 'function') throw new Error('it defines no function named handler')
  /** @type {string[]} */
  let logs = []
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
    report(JSON.stringify({ threw, logs }))
  }

  /** @param {unknown} value */
  function reportValue(value) {
    let text
    try {
      text = JSON.stringify(value)
    } catch (error) {
      return reportThrow(error)
    }
    report(text === undefined ? JSON.stringify({ missing: typeof value, logs }) : JSON.stringify({ value, logs }))
  }

  /**
   * @param {number} first
   * @returns {Promise<void> | undefined}
   */
  function drive(first) {
    for (let index = first; index < texts.length; index++) {
      logs = []
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
