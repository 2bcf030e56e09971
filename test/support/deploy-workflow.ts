// deploy.yml as it is, on the rehearsal's runner, with stand-ins for its actions.
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { parse, stringify } from 'yaml'
import { run } from '../unit/rehearsal/runner/support.ts'
import { source } from './run-action.ts'

const root = join(import.meta.dirname, '../..')

/** A stand-in that prints it waits until the run is cancelled. */
const HANGS = 'this step waits to be cancelled'

/** What a stand-in notes and does: its inputs are written down; its outputs and whether it fails come from the case. Like the
 * action itself, it fails when an input that has a default is empty. */
const STAND_IN = `
const { appendFileSync, readFileSync } = require('node:fs')
const { basename } = require('node:path')
const inputs = Object.entries(process.env).filter(([name, value]) => name.startsWith('INPUT_') && value !== '')
const given = Object.fromEntries(inputs.map(([name, value]) => [name.slice(6).toLowerCase(), value]))
const called = { action: basename(process.env.GITHUB_ACTION_PATH), step: process.env.GITHUB_ACTION, key: process.env.AWS_ACCESS_KEY_ID, ...given }
appendFileSync(process.env.CALLS, JSON.stringify(called) + '\\n')
const { fails, hangs, ...outputs } = JSON.parse(readFileSync(process.env.PLAY, 'utf8'))[called.step] ?? {}
for (const [name, value] of Object.entries(outputs)) appendFileSync(process.env.GITHUB_OUTPUT, name + '=' + value + '\\n')
if (hangs) {
  console.log('${HANGS}')
  setInterval(() => {}, 60_000)
}
process.exitCode = fails || hasDefault.some((name) => process.env['INPUT_' + name.toUpperCase()] === '') ? 1 : 0
`

/** A repository with stand-ins for the actions, but those commands of `real` as the actions' sources. */
function makeActions(folder: string, real: Readonly<Record<string, string>>): void {
  for (const file of globSync('actions/*/action.yml', { cwd: root })) {
    const { name, description, inputs, outputs } = parse(readFileSync(join(root, file), 'utf8'))
    const target = join(folder, dirname(file))
    mkdirSync(target, { recursive: true })
    const hasDefault = Object.keys(inputs).filter((id) => inputs[id].default !== undefined && id !== 'github-token')
    writeFileSync(join(target, 'main.cjs'), `const hasDefault = ${JSON.stringify(hasDefault)}${STAND_IN}`)
    const [action, command] = [basename(target), JSON.stringify(real[basename(target)])]
    const main = `await import(process.env.INPUT_COMMAND === ${command} ? ${JSON.stringify(source(action))} : './main.cjs')`
    writeFileSync(join(target, 'main.mjs'), main)
    const runs = { using: 'node24', main: real[action] === undefined ? 'main.cjs' : 'main.mjs' }
    writeFileSync(join(target, 'action.yml'), stringify({ name, description, inputs, outputs, runs }))
  }
}

export type Play = Readonly<Record<string, Readonly<Record<string, string | boolean>>>>
export const WELL: Play = {
  infrastructure: { repository: 'registry/web', cluster: 'stage', service: 'web', template: 'web-template' },
  image: { image: 'registry/web@sha256:new' },
  rollout: {
    verdict: 'succeeded',
    'healthy-tasks': '2',
    'deploy-record': '{}',
    'task-definition-arn': 'arn:task-definition/web:2',
    'previous-task-definition-arn': 'arn:task-definition/web:1',
  },
  before: { baseline: '/baseline.json' },
  gate: { verdict: 'pass' },
}
export const BAD_GATE = { verdict: 'fail', reason: 'Errors is newly in Alert', fails: true }
export const KEYS = { DATADOG_API_KEY: 'api-key-1', DATADOG_APP_KEY: 'app-key-1' }
export const ROLE = {
  AWS_ROLE: 'arn:aws:iam::111111111111:role/web',
  AWS_REGION: 'eu-west-1',
  AWS_ACCOUNT_ID: '111111111111',
}

export interface Case {
  readonly play?: Play
  readonly secrets?: Readonly<Record<string, string>>
  readonly vars?: Readonly<Record<string, string>>
  readonly image?: string
  readonly environment?: string
  readonly inputs?: Readonly<Record<string, string>>
}

export interface Setup {
  /** Commands of actions that run as their sources, such as `{'datadog-event': 'event'}`. */
  readonly real?: Readonly<Record<string, string>>
  /** More environment of the runner's machine. */
  readonly env?: Readonly<Record<string, string>>
}

/** Makes the actions. `remove` deletes what the runs left behind. */
export function deployWorkflow({ real = {}, env = {} }: Setup = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-workflow-'))
  makeActions(folder, real)
  return {
    folder,
    deploy: (one: Case) => runDeploy(folder, one, env),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

async function runDeploy(folder: string, given: Case, machine: Readonly<Record<string, string>>) {
  const { play = {}, secrets = {}, vars = ROLE, image = 'none', environment = 'stage', inputs = {} } = given
  const own = mkdtempSync(join(folder, 'case-'))
  const [calls, played] = [join(own, 'calls'), join(own, 'play')]
  writeFileSync(calls, '')
  writeFileSync(played, JSON.stringify({ ...WELL, ...play }))
  const caller = `
on: push
jobs:
  stage:
    uses: ./.github/workflows/deploy.yml
    permissions: { contents: read, id-token: write }
    with: ${JSON.stringify({ environment, image, ...inputs })}
    secrets: { ${Object.keys(secrets).map((name) => `${name}: "\${{ secrets.${name} }}"`)} }
`
  const files = { '.github/workflows/deploy.yml': readFileSync(join(root, '.github/workflows/deploy.yml'), 'utf8') }
  const cancelled = new AbortController()
  const { result } = await run(caller, files, {
    cancel: cancelled.signal,
    on: (event) => {
      if (event.type === 'log' && event.line === HANGS) cancelled.abort()
    },
    settings: { secrets, vars: {} },
    environments: { [environment]: { secrets: {}, vars } },
    repositories: { 'slipway/slipway': folder },
    env: { PATH: process.env['PATH'] ?? '', HOME: own, CALLS: calls, PLAY: played, ...machine },
  })
  const lines = readFileSync(calls, 'utf8').split('\n').filter(Boolean)
  const made = lines.map((line) => JSON.parse(line) as Readonly<Record<string, string>>)
  return {
    conclusion: result.conclusion,
    verdict: result.jobs[0]?.outputs['verdict'],
    calls: made,
    order: made.map(({ action, command, push, step }) =>
      [action, command ?? (push === 'false' ? 'look' : step === 'mark' ? 'mark' : '')].join(' ').trim(),
    ),
    of: (step: string) => made.find((call) => call['step'] === step),
  }
}
