import type { FinishedRequest } from '../protocol/messages.ts'

/** What `GET totals` answers. */
export type TotalFigures = {
  requests: number
  /** Answered from the cache, or by asking the origin for it. */
  cacheable: number
  hits: number
  /** 0 to 1; null before the first. */
  hitRatio: number | null
  bodyBytes: number
  /** Responses that carried a rendition. */
  renditions: number
  renditionBytes: number
  /** Of their originals, where the origin announced them. */
  originalBytes: number
}

/** Sums over all requests since the start. */
export class Totals {
  #requests = 0
  #hits = 0
  #misses = 0
  #bodyBytes = 0
  #renditions = 0
  #renditionBytes = 0
  #originalBytes = 0

  add({ resultType, bodyBytes, rimlight, originBytes }: FinishedRequest): void {
    this.#requests += 1
    this.#bodyBytes += bodyBytes
    if (resultType === 'Hit' || resultType === 'RefreshHit') this.#hits += 1
    if (resultType === 'Miss') this.#misses += 1
    if (bodyBytes === 0 || rimlight === '' || rimlight.startsWith('original')) return
    this.#renditions += 1
    this.#renditionBytes += bodyBytes
    this.#originalBytes += originBytes
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
      renditionBytes: this.#renditionBytes,
      originalBytes: this.#originalBytes,
    }
  }
}
