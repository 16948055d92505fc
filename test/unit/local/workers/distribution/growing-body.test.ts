import { buffer } from 'node:stream/consumers'
import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import { afterEach, describe, expect, it, test, vi } from 'vitest'
import {
  type Collected,
  type Collecting,
  GrowingBody,
  passing,
} from '../../../../../local/workers/distribution/growing-body.ts'
import { Room } from '../../../../../local/workers/distribution/room.ts'
import { Viewers } from '../../../../../local/workers/distribution/viewers.ts'
import { runs } from '../../../../runs.ts'

const MB = 1024 * 1024

type Source = {
  stream: ReadableStream<Uint8Array>
  write(text: string | Uint8Array): void
  end(): void
  fail(error: Error): void
  /** Whether somebody gave it up. */
  isCancelled(): boolean
}

function openSource(): Source {
  let controller: ReadableStreamDefaultController<Uint8Array>
  let isCancelled = false
  const stream = new ReadableStream<Uint8Array>({
    start(given) {
      controller = given
    },
    cancel() {
      isCancelled = true
    },
  })
  return {
    stream,
    write: (text) => controller.enqueue(typeof text === 'string' ? Buffer.from(text) : text),
    end: () => controller.close(),
    fail: (error) => controller.error(error),
    isCancelled: () => isCancelled,
  }
}

function growing(options: Partial<Collecting> = {}) {
  const collected: Collected[] = []
  const viewers = new Viewers()
  const room = new Room(100 * MB)
  const onCollected = (one: Collected) => void collected.push(one)
  const body = new GrowingBody({ limit: 10 * MB, room, viewers, length: null, onCollected, ...options })
  const source = openSource()
  return { body, viewers, collected, source, over: body.readFrom(source.stream) }
}

const textOf = async (stream: ReadableStream<Uint8Array>) => String(await buffer(stream))
const nextOf = async (reader: ReadableStreamDefaultReader<Uint8Array>) => String((await reader.read()).value ?? '')
const outcome = ([first]: Collected[]) => (first?.kind === 'whole' ? String(Buffer.from(first.bytes)) : first?.kind)

afterEach(() => vi.useRealTimers())

describe('a viewer', () => {
  it('gets each piece as it comes', async () => {
    const { body, source } = growing()
    const reader = body.stream('a').getReader()
    for (const text of ['one', 'two', 'three']) {
      source.write(text)
      expect(await nextOf(reader)).toBe(text)
    }
    source.end()
    expect((await reader.read()).done).toBe(true)
  })

  it('that comes later gets all of it', async () => {
    const { body, source } = growing()
    const reader = body.stream('a').getReader()
    source.write('one')
    await nextOf(reader)
    const late = body.stream('b')
    source.write('two')
    source.end()
    expect(await textOf(late)).toBe('onetwo')
  })

  it('gets an error where the body breaks off, after what came', async () => {
    const { body, source, collected, over } = growing()
    const reader = body.stream('a').getReader()
    source.write('one')
    expect(await nextOf(reader)).toBe('one')
    source.fail(new Error('broken off'))
    await expect(reader.read()).rejects.toThrow('broken off')
    await over
    expect(outcome(collected)).toBe('broken')
  })

  it('has its part before the end, which the cache waits for', async () => {
    const { body, source, collected, over } = growing({ length: 6 })
    source.write('abcd')
    expect(await textOf(body.stream('a', 1, 2))).toBe('bc')
    expect(collected).toEqual([])
    source.write('ef')
    source.end()
    await over
    expect(outcome(collected)).toBe('abcdef')
  })
})

describe('what is collected', () => {
  it('is whole before a viewer sees the end of what is as long as announced', async () => {
    const { body, source, collected } = growing({ length: 3 })
    const reader = body.stream('a').getReader()
    source.write('abc')
    await nextOf(reader)
    expect(outcome(collected)).toBe('abc')
  })

  it('is nothing where it is shorter than announced', async () => {
    const { body, source, collected, over } = growing({ length: 4 })
    const text = textOf(body.stream('a'))
    source.write('abc')
    source.end()
    expect(await text).toBe('abc')
    await over
    expect(outcome(collected)).toBe('broken')
  })

  it('is nothing beyond the limit, and viewers get all of it', async () => {
    const { body, source, collected } = growing({ limit: 5 })
    const texts = [textOf(body.stream('a')), textOf(body.stream('b'))]
    for (const text of ['abcd', 'efgh', 'ijkl']) source.write(text)
    source.end()
    expect(await Promise.all(texts)).toEqual(['abcdefghijkl', 'abcdefghijkl'])
    expect(outcome(collected)).toBe('too-large')
    expect(body.isJoinable).toBe(false)
  })

  it('is nothing where it is announced beyond the limit', async () => {
    const { body, collected } = growing({ limit: 5, length: 6 })
    expect([outcome(collected), body.isJoinable]).toEqual(['too-large', false])
  })

  it('is nothing where there is no room, which is given back', async () => {
    const room = new Room(5)
    const one = growing({ room })
    const two = growing({ room })
    const texts = [textOf(one.body.stream('a')), textOf(two.body.stream('b'))]
    one.source.write('abc')
    await setImmediate()
    two.source.write('abc')
    await setImmediate()
    expect([outcome(one.collected), outcome(two.collected)]).toEqual([undefined, 'too-large'])
    for (const { source, over } of [one, two]) {
      source.end()
      await over
    }
    expect([...(await Promise.all(texts)), outcome(one.collected)]).toEqual(['abc', 'abc', 'abc'])
    expect(room.take(5)).toBe(true)
  })

  test('is what came, for any pieces and any viewers', async () => {
    const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 20 }), { maxLength: 10 })
    await fc.assert(
      fc.asyncProperty(pieces, fc.nat(30), fc.nat(30), fc.nat(200), async (chunks, first, length, limit) => {
        const all = Buffer.concat(chunks)
        const { body, source, collected, over } = growing({ limit })
        const whole = buffer(body.stream('a'))
        const part = buffer(body.stream('b', first, first + length))
        for (const chunk of chunks) source.write(chunk)
        source.end()
        expect(await whole).toEqual(all)
        expect(await part).toEqual(all.subarray(first, first + length + 1))
        await over
        expect(collected).toEqual([
          all.length > limit ? { kind: 'too-large' } : { kind: 'whole', bytes: new Uint8Array(all) },
        ])
      }),
      { numRuns: runs(300) },
    )
  })
})

describe('the origin is ended', () => {
  it('when the last viewer has left, and nothing is collected', async () => {
    const { body, viewers, source, collected, over } = growing()
    const readers = ['a', 'b'].map((id) => body.stream(id).getReader())
    source.write('one')
    for (const reader of readers) await nextOf(reader)
    viewers.hasLeft('a')
    await setImmediate()
    expect(source.isCancelled()).toBe(false)
    await readers[1]?.cancel()
    await over
    expect([source.isCancelled(), outcome(collected)]).toEqual([true, 'left'])
  })

  it('at once for a viewer that had left before', async () => {
    const { body, viewers, source, over } = growing()
    viewers.hasLeft('a')
    body.stream('a')
    await over
    expect(source.isCancelled()).toBe(true)
  })

  it('when no viewer begins to read within some seconds', async () => {
    vi.useFakeTimers()
    const { source, over } = growing()
    await vi.advanceTimersByTimeAsync(4_000)
    expect(source.isCancelled()).toBe(false)
    await vi.advanceTimersByTimeAsync(3_000)
    await over
    expect(source.isCancelled()).toBe(true)
  })

  it('a minute after it was to go on without viewers', async () => {
    vi.useFakeTimers()
    const { body, source, over } = growing()
    body.goOn()
    await vi.advanceTimersByTimeAsync(50_000)
    expect(source.isCancelled()).toBe(false)
    await vi.advanceTimersByTimeAsync(12_000)
    await over
    expect(source.isCancelled()).toBe(true)
  })
})

describe('memory', () => {
  /** A source that has as much as anybody wants. */
  const endless = (chunk: Uint8Array) => {
    let count = 0
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
      count += 1
      controller.enqueue(chunk)
    }
    return { stream: new ReadableStream({ pull }, { highWaterMark: 0 }), count: () => count }
  }
  const shared = () => ({ room: new Room(100 * MB), viewers: new Viewers() })

  it('an endless body is read a little ahead of a viewer, and no further', async () => {
    const { stream, count } = endless(new Uint8Array(MB / 4))
    const works: Promise<unknown>[] = []
    const { viewers, room } = shared()
    const reader = passing(stream, 'a', { viewers, room }, (work) => works.push(work)).getReader()
    for (let turn = 1; turn <= 100; turn += 1) {
      await reader.read()
      await setImmediate()
      expect(count() - turn).toBeLessThanOrEqual(5)
    }
    viewers.hasLeft('a')
    await Promise.all(works)
  })

  it('beyond the limit, the slowest viewer holds back the others', async () => {
    const { stream, count } = endless(new Uint8Array(MB / 4))
    const { viewers, room } = shared()
    const body = new GrowingBody({ limit: MB, room, viewers, length: null, onCollected() {} })
    const over = body.readFrom(stream)
    const [fast, slow] = ['a', 'b'].map((id) => body.stream(id).getReader())
    await slow?.read()
    let read = 0
    const reading = (async () => {
      while (!(await fast?.read())?.done) read += 1
    })()
    await vi.waitFor(() => expect(read).toBeGreaterThan(3))
    await setImmediate()
    // A chunk is a quarter of a megabyte: one that the slow viewer has, and a megabyte ahead of it.
    expect([read, count()]).toEqual([5, 5])
    await slow?.read()
    await vi.waitFor(() => expect([read, count()]).toEqual([6, 6]))
    for (const id of ['a', 'b']) viewers.hasLeft(id)
    await Promise.all([over, reading])
  })
})
