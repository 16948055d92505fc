import { type TestDependencies, testDependencies } from '../aws/fixture.ts'

export type Clock = TestDependencies & { time: number }

/** Time passes when somebody sleeps, and only then: whoever is to wake first does so first. */
export function clockDependencies(): Clock {
  const dependencies = testDependencies()
  const clock = Object.assign(dependencies, { time: Date.parse('2026-11-20T12:00:00Z') })
  const { sleep } = dependencies
  const sleepers: { at: number; wake(): void }[] = []
  const wakeFirst = () => {
    sleepers.sort((one, other) => one.at - other.at)
    const first = sleepers.shift()
    clock.time = Math.max(clock.time, first?.at ?? 0)
    first?.wake()
  }
  clock.sleep = async (milliseconds, signal) => {
    await sleep(milliseconds, signal)
    await new Promise<void>((wake) => {
      sleepers.push({ at: clock.time + milliseconds, wake })
      setImmediate(wakeFirst)
    })
  }
  clock.now = () => new Date(clock.time)
  return clock
}
