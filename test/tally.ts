import type { Reporter, SerializedError, TestModule } from 'vitest/node'

/** Closes a run with one line that a program can read: `N passed, N failed, N skipped`. */
export default class Tally implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const count = (state: string) => tests.filter((test) => test.result().state === state).length
    // What fails outside a test, in a hook or while a file is loaded, fails no test.
    const suites = modules.flatMap((module) => [module, ...module.children.allSuites()])
    const errors = suites.flatMap((suite) => suite.errors()).length + unhandledErrors.length
    console.log(`\n${count('passed')} passed, ${count('failed') + errors} failed, ${count('skipped')} skipped`)
  }
}
