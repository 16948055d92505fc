import type { Reporter, SerializedError, TestModule } from 'vitest/node'

/** Closes a run with one line that a program can read: `N passed, N failed, N skipped`. */
export default class Tally implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const count = (state: string) => tests.filter((test) => test.result().state === state).length
    const errors = modules.flatMap((module) => module.errors()).length + unhandledErrors.length
    console.log(`\n${count('passed')} passed, ${count('failed') + errors} failed, ${count('skipped')} skipped`)
  }
}
