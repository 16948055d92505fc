import type { FinishedRequest } from '../protocol/messages.ts'

/** What `GET totals` answers. */
export type TotalFigures = {
  /** Without those of the page itself. */
  requests: number
  /** Answered from the cache, or by asking the origin for it. */
  cacheable: number
  hits: number
  /** 0 to 1; null before the first. */
  hitRatio: number | null
  bodyBytes: number
  /** Responses that carried a rendition. */
  renditions: number
  /** Those of them whose original's size in pixels is known. */
  compared: number
  /** Of those that are compared. */
  renditionBytes: number
  /** Of their originals, by as many pixels as were shown: an original in full would make every small picture a triumph. */
  originalBytes: number
}

/** Sums over all requests since the start. */
export class Totals {
  #requests = 0
  #hits = 0
  #misses = 0
  #bodyBytes = 0
  #renditions = 0
  #compared = 0
  #renditionBytes = 0
  #originalBytes = 0

  /** @param originalPixels width times height of the original, where they are known */
  add({ resultType, bodyBytes, rimlight, originBytes }: FinishedRequest, originalPixels?: number): void {
    this.#requests += 1
    this.#bodyBytes += bodyBytes
    if (resultType === 'Hit' || resultType === 'RefreshHit') this.#hits += 1
    if (resultType === 'Miss') this.#misses += 1
    const [, width, height] = /^\w+; (\d+)x(\d+);/.exec(rimlight) ?? []
    if (bodyBytes === 0 || width === undefined) return
    this.#renditions += 1
    if (originalPixels === undefined || originBytes === 0) return
    this.#compared += 1
    this.#renditionBytes += bodyBytes
    this.#originalBytes += Math.round(originBytes * Math.min(1, (Number(width) * Number(height)) / originalPixels))
  }

  figures(): TotalFigures {
    const cacheable = this.#hits + this.#misses
    return {
      requests: this.#requests,
      cacheable,
      hits: this.#hits,
      hitRatio: cacheable === 0 ? null : this.#hits / cacheable,
      bodyBytes: this.#bodyBytes,
      renditions: this.#renditions,
      compared: this.#compared,
      renditionBytes: this.#renditionBytes,
      originalBytes: this.#originalBytes,
    }
  }
}
