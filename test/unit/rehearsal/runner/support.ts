// A repository made of a few files, and a run of a workflow in it by the real runner, with real processes.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { StepResult } from '../../../../rehearsal/runner/contexts/state.ts'
import type { RunnerEvent } from '../../../../rehearsal/runner/events.ts'
import type { RunOptions } from '../../../../rehearsal/runner/options.ts'
import { type RunResult, runWorkflow } from '../../../../rehearsal/runner/run-workflow.ts'
import { standIns } from '../../../../rehearsal/stand-ins/index.ts'

export interface Repository {
  readonly source: string
  readonly sha: string
}

export interface Ran {
  readonly result: RunResult
  readonly events: readonly RunnerEvent[]
  /** All lines that were printed. */
  readonly log: readonly string[]
  readonly annotations: readonly string[]
  step(id: string, phase?: StepResult['phase']): StepResult
}

const folders: string[] = []
export const removeFolders = () => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
}

export function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-runner-'))
  folders.push(folder)
  return folder
}

export function repository(files: Readonly<Record<string, string>>): Repository {
  const source = temporary()
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(source, path)), { recursive: true })
    writeFileSync(join(source, path), content)
  }
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', source, '-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
      encoding: 'utf8',
    })
  git('init', '--quiet', '--initial-branch=main')
  git('add', '.')
  git('commit', '--quiet', '-m', 'Change')
  return { source, sha: git('rev-parse', 'HEAD').trim() }
}

/** Runs `.github/workflows/w.yml`, or the workflow given as text. */
export async function run(
  workflow: string,
  files: Readonly<Record<string, string>> = {},
  options: Partial<RunOptions> = {},
): Promise<Ran> {
  const { source, sha } = repository({ '.github/workflows/w.yml': workflow, ...files })
  const events: RunnerEvent[] = []
  const result = await runWorkflow({
    source,
    repository: 'acme/web',
    workflow: '.github/workflows/w.yml',
    trigger: { event: 'push', ref: 'refs/heads/main', sha, before: '0'.repeat(40), message: 'Change', actor: 'mona' },
    settings: { secrets: {}, vars: {} },
    environments: {},
    repositories: {},
    standIns: standIns({ accessKeyId: 'test', secretAccessKey: 'test' }),
    env: { PATH: process.env['PATH'] ?? '', HOME: temporary() },
    temp: temporary(),
    node: process.execPath,
    runNumber: 1,
    ...options,
    on: (event) => {
      events.push(event)
      options.on?.(event)
    },
  })
  const steps = result.jobs.flatMap((job) => [...job.steps, ...job.jobs.flatMap((inner) => inner.steps)])
  return {
    result,
    events,
    log: events.flatMap((event) => (event.type === 'log' ? [event.line] : [])),
    annotations: events.flatMap((event) =>
      event.type === 'annotation' ? [`${event.annotation.level}: ${event.annotation.message}`] : [],
    ),
    step: (id, phase = 'main') => {
      const found = steps.find((step) => step.id === id && step.phase === phase)
      if (found === undefined)
        throw new Error(`No step ${id} ran. There are ${steps.map((step) => step.id).join(', ')}.`)
      return found
    },
  }
}

/** A job of these steps, checked out. */
export const steps = (yaml: string) => `
on: push
jobs:
  job:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
${yaml.replace(/^/gm, '      ')}
`
