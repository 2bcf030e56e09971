// Reads jest's report (--json) of a run.
import { existsSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'

interface JestReport {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numRuntimeErrorTestSuites: number
  readonly testResults: readonly { readonly name: string; readonly startTime: number; readonly endTime: number }[]
}

export interface TestFile {
  /** Relative to the repository. */
  readonly path: string
  readonly seconds: number
}

export interface Counted {
  readonly passed: number
  readonly failed: number
  readonly files: readonly TestFile[]
}

/** Counts from jest's report. A run without a report or without a test has failed. */
export function readJestReport(file: string, root: string, succeeded: boolean): Counted {
  if (!existsSync(file)) return { passed: 0, failed: 1, files: [] }
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites, testResults } = JSON.parse(
    readFileSync(file, 'utf8'),
  ) as JestReport
  const failed = numFailedTests + numRuntimeErrorTestSuites
  return {
    passed: numPassedTests,
    failed: failed === 0 && (!succeeded || numPassedTests === 0) ? 1 : failed,
    files: testResults.map(({ name, startTime, endTime }) => ({
      path: relative(root, name),
      seconds: (endTime - startTime) / 1000,
    })),
  }
}

/** The slowest files, slowest first. */
export const slowest = (files: readonly TestFile[], count: number): readonly TestFile[] =>
  files.toSorted((a, b) => b.seconds - a.seconds).slice(0, count)
