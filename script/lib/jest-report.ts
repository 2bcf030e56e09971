// Reads jest's report (--json) of a run.
import { existsSync, readFileSync } from 'node:fs'
import { relative, sep } from 'node:path'

interface JestReport {
  readonly testResults: readonly FileResult[]
}

interface FileResult {
  readonly name: string
  readonly status: string
  readonly startTime: number
  readonly endTime: number
  readonly assertionResults: readonly { readonly status: string }[]
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

/** Counts from jest's report, unit tests separately. A run without a report or without a test has failed. */
export function readJestReport(
  file: string,
  root: string,
  succeeded: boolean,
): readonly (Counted & { name: string })[] {
  if (!existsSync(file)) return [{ name: 'tests', passed: 0, failed: 1, files: [] }]
  const { testResults } = JSON.parse(readFileSync(file, 'utf8')) as JestReport
  const results = testResults.map((result) => ({ ...result, name: relative(root, result.name) }))
  const isUnit = ({ name }: FileResult) => name.split(sep).includes('unit')
  const counts = [
    { name: 'unit', ...count(results.filter(isUnit)) },
    { name: 'integration and e2e', ...count(results.filter((result) => !isUnit(result))) },
  ].filter(({ files }) => files.length > 0)
  const hasFailed = counts.some(({ failed }) => failed > 0)
  const hasPassed = counts.some(({ passed }) => passed > 0)
  return hasFailed || (succeeded && hasPassed) ? counts : [...counts, { name: 'jest', passed: 0, failed: 1, files: [] }]
}

function count(results: readonly FileResult[]): Counted {
  const tests = (result: FileResult, status: string) =>
    result.assertionResults.filter((test) => test.status === status).length
  // A file that does not load fails without a test.
  const failures = (result: FileResult) => Math.max(tests(result, 'failed'), result.status === 'failed' ? 1 : 0)
  return {
    passed: results.reduce((sum, result) => sum + tests(result, 'passed'), 0),
    failed: results.reduce((sum, result) => sum + failures(result), 0),
    files: results.map(({ name, startTime, endTime }) => ({ path: name, seconds: (endTime - startTime) / 1000 })),
  }
}

/** The slowest files, slowest first. */
export const slowest = (files: readonly TestFile[], count: number): readonly TestFile[] =>
  files.toSorted((a, b) => b.seconds - a.seconds).slice(0, count)
