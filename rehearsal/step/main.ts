// `npm run step`: one action, in a workflow of one step, on the rehearsal's runner.
import { execFileSync } from 'node:child_process'
import { globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { stringify } from 'yaml'
import { listenForInterruption } from '../rehearse/interruption.ts'
import { type CloudProcess, startCloudProcess } from '../rehearse/setup/cloud-process.ts'
import { machineEnvironment } from '../rehearse/setup/machine-environment.ts'
import type { Annotation, RunnerEvent } from '../runner/events.ts'
import { runWorkflow } from '../runner/run-workflow.ts'
import { type CommandLine, readCommandLine, usage } from './command-line.ts'

const root = join(import.meta.dirname, '../..')
const workflowFile = '.github/workflows/step.yml'
/** Time limit for an interrupted step and its post step, in milliseconds. */
const cutOffMs = 60_000

type Texts = Readonly<Record<string, string>>

/** Runs the step, prints its log, annotations, summary and outputs, and returns the exit code: 0 only for success. */
export async function main(args: readonly string[]): Promise<number> {
  const actions = globSync('actions/*/action.yml', { cwd: root }).map((file) => basename(dirname(file)))
  const options = readCommandLine(args, actions.toSorted())
  if (options.help) {
    console.log(usage)
    return 0
  }
  const interruption = listenForInterruption('The cloud of this step, if it has one of its own, ends by itself.')
  const folder = mkdtempSync(join(tmpdir(), 'slipway-step-'))
  const cloud = options.cloud === undefined ? await startCloud(folder, options) : givenCloud(options.cloud)
  let code: number
  let isClean = true
  try {
    const green = await runStep(options, cloud.env, folder, interruption.signal)
    code = interruption.code() ?? (green ? 0 : 1)
  } finally {
    await cloud.stop().catch((error: Error) => {
      isClean = false
      console.error(error.message)
    })
    rmSync(folder, { recursive: true, force: true })
  }
  return isClean ? code : code || 1
}

type StepCloud = Pick<CloudProcess, 'env' | 'stop'>

async function startCloud(folder: string, { runtime }: CommandLine): Promise<StepCloud> {
  const cloud = await startCloudProcess(folder, ['--runtime', runtime])
  console.log(`Started a rehearsal cloud at ${cloud.env['AWS_ENDPOINT_URL']}`)
  return cloud
}

/** A cloud's default account and region. Its Datadog keys are random: they come from the environment, or from --env. */
function givenCloud(address: string): StepCloud {
  const url = address.replace(/\/+$/, '')
  const own = (name: string): Texts => (process.env[name] === undefined ? {} : { [name]: process.env[name] })
  const env = {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: '123456789012',
    AWS_SECRET_ACCESS_KEY: 'rehearsal',
    AWS_REGION: process.env['AWS_REGION'] ?? 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    DD_URL: url,
    SLIPWAY_DATADOG_URL: url,
    ...own('DD_API_KEY'),
    ...own('DD_APP_KEY'),
  }
  return { env, stop: () => Promise.resolve() }
}

async function runStep(options: CommandLine, cloud: Texts, folder: string, cancel: AbortSignal): Promise<boolean> {
  const source = join(folder, 'source')
  mkdirSync(join(source, dirname(workflowFile)), { recursive: true })
  writeFileSync(join(source, workflowFile), workflowOf(options))
  const annotations: Annotation[] = []
  const result = await runWorkflow({
    source,
    repository: 'slipway/slipway',
    workflow: workflowFile,
    trigger: { event: 'push', ref: 'refs/heads/main', actor: 'step', before: zeros, message: '', sha: currentCommit() },
    settings: { secrets: { GITHUB_TOKEN: 'ghs_rehearsal' }, vars: {} },
    environments: {},
    repositories: { 'slipway/slipway': root },
    standIns: {},
    // In a whole rehearsal jobs must assume a role. A single step gets the keys of the cloud's user.
    env: { ...machineEnvironment(cloud), ...cloud, ...options.env },
    workspace: process.env['INIT_CWD'] ?? process.cwd(),
    temp: join(folder, 'run'),
    node: join(root, 'node_modules/.bin/node'),
    runNumber: 1,
    on: (event) => show(event, annotations),
    cancel,
    cutOffMs,
  })
  const steps = result.jobs.flatMap((job) => job.steps)
  for (const { level, title, message } of annotations) {
    console.log(`\n── ${level}${title === undefined ? '' : `: ${title}`}\n${message}`)
  }
  for (const { summary } of steps) if (summary.trim() !== '') console.log(`\n── Job summary\n${summary.trimEnd()}`)
  const outputs = steps.flatMap((step) => Object.entries(step.outputs))
  if (outputs.length > 0) console.log('\n── Outputs')
  for (const [name, value] of outputs) console.log(`${name}=${value}`)
  const seconds = steps.reduce((sum, step) => sum + step.seconds, 0)
  console.log(`\n── ${options.action}: ${result.conclusion} in ${seconds.toFixed(1)} s`)
  return result.conclusion === 'success'
}

/** A workflow of one job with one step. */
function workflowOf({ action, inputs }: CommandLine): string {
  const step = { id: 'step', name: action, uses: `slipway/slipway/actions/${action}@v1`, with: inputs }
  const permissions = { 'id-token': 'write', contents: 'read' }
  return stringify({ on: 'push', permissions, jobs: { step: { 'runs-on': 'ubuntu-latest', steps: [step] } } })
}

/** Prints a step's log. Collects annotations, which are printed at the end. */

function show(event: RunnerEvent, annotations: Annotation[]): void {
  if (event.type === 'step-started') console.log(`\n── ${event.name}`)
  else if (event.type === 'log') console.log(event.line)
  else if (event.type === 'annotation') annotations.push(event.annotation)
}

const zeros = '0'.repeat(40)

/** The commit of the current folder; zeros outside a repository. */
function currentCommit(): string {
  try {
    const cwd = process.env['INIT_CWD'] ?? process.cwd()
    return execFileSync('git', ['rev-parse', 'HEAD'], {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return zeros
  }
}
