// What the inputs and the deploy record say about the deploy.
import { type DeployRecord, parseDeployRecord, type VerdictName } from '../../../../toolkit/deploy-record.ts'
import { InputError } from '../../../../toolkit/errors.ts'
import { readWorkflowRun } from '../../../../toolkit/github.ts'
import type { InputReader } from '../../../../toolkit/inputs.ts'
import { defined } from '../../../../toolkit/objects.ts'
import type { Environment } from '../../../../toolkit/runtime.ts'
import { type Deploy, STATUSES, type Status } from '../deploy/deploy.ts'
import { deployOfRecord } from '../deploy/deploy-of-record.ts'
import { deployOfRun } from '../deploy/deploy-of-run.ts'
import { readDeployedChange } from '../deploy/deployed-change.ts'
import { rolledBack } from '../deploy/rolled-back.ts'
import { readSpan } from './times.ts'

/** The default of `deploy-record` in action.yml. An empty value means that deploy-ecs has not begun. */
const NO_RECORD = 'none'

/** The deploy that the event is about; `undefined` for any other event. @throws InputError */
export function readDeploy(reader: InputReader, env: Environment, now: number): Deploy | undefined {
  const run = readWorkflowRun(env)
  const record = readRecord(reader)
  const { status, note } = readStatus(reader, record?.verdict)
  const overrides = {
    services: reader.list('service'),
    ...defined({
      ...{ status, note },
      id: reader.text('deploy-id'),
      environment: reader.text('env'),
      version: reader.text('version'),
      team: reader.text('team'),
      commit: readCommit(reader),
    }),
  }
  const rollback = readRecord(reader, 'rollback-record')
  if (record !== undefined) {
    refuseRecorded(reader)
    refuseOtherCount(overrides.services, record)
    const deploy = deployOfRecord(record, overrides, readDeployedChange(env, run))
    if (rollback === undefined) return deploy
    refuseOtherRollback(record, rollback)
    const { id: _, status: _status, version: _version, commit: _commit, note: _note, ...same } = overrides
    // Words of job.status say nothing about a rollback.
    const told = STATUSES.find((one) => one === reader.text('status') && one !== 'cancelled')
    return rolledBack(deploy, deployOfRecord(rollback, same, {}), told)
  }
  if (rollback !== undefined) {
    throw new InputError('rollback-record', 'is set, and `deploy-record` is not.', {
      hint: 'Pass the record of the deploy that was rolled back as `deploy-record`. For a rollback alone, pass its record as `deploy-record`.',
    })
  }
  if (status === undefined) return undefined
  if (overrides.services.length === 0) {
    throw new InputError(
      'service',
      `is missing, and without \`deploy-record\` it is needed to tell what \`status: ${status}\` is about.`,
      { hint: 'Set it under `with:`, for example `service: web`.' },
    )
  }
  const told = {
    ...overrides,
    status,
    started: status === 'started' || wasStarted(reader),
    kind: reader.choice('kind', ['deploy', 'rollback'], 'deploy'),
    ...defined({ ...readSpan(reader, now), repositoryUrl: readRepository(reader) }),
  }
  return deployOfRun(run, told, readDeployedChange(env, run), now)
}

/** What only a deploy without a record takes from inputs. @throws InputError */
function refuseRecorded(reader: InputReader): void {
  for (const name of ['kind', 'repository-url', 'started-at', 'finished-at']) {
    if (reader.text(name) === undefined) continue
    throw new InputError(name, 'is set, and the `deploy-record` has it already.', {
      hint: `Remove \`${name}\`: it is for a deploy without a record.`,
    })
  }
}

function readCommit(reader: InputReader): string | undefined {
  const commit = reader.text('commit')
  if (commit === undefined || /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(commit)) return commit
  throw new InputError('commit', `is \`${commit}\`, which is not a full commit.`, {
    hint: 'Write all 40 characters, such as `commit: ${{ github.sha }}`.',
  })
}

function readRepository(reader: InputReader): string | undefined {
  const url = reader.text('repository-url')
  if (url === undefined || (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol))) return url
  throw new InputError('repository-url', `is \`${url}\`, which is not the address of a repository.`, {
    hint: 'Write it as your browser shows it, for example `https://github.com/acme/web`.',
  })
}

interface ReadStatus {
  readonly status?: Status
  readonly note?: string
}

/**
 * The status of the deploy. `${{ job.status }}` says less than a record, but includes later steps, such as a gate. A job that was
 * cancelled after its rollout has rolled it out all the same.
 */
function readStatus(reader: InputReader, verdict: VerdictName | undefined): ReadStatus {
  const word = reader.text('status')
  if (word === 'success') return { status: verdict ?? 'succeeded' }
  if (word === 'failure') return { status: verdict === undefined || verdict === 'succeeded' ? 'failed' : verdict }
  if (word === 'cancelled' && verdict !== undefined) {
    return { status: verdict, ...(verdict === 'succeeded' ? { note: 'The job was cancelled after the rollout.' } : {}) }
  }
  return defined({ status: reader.optionalChoice('status', STATUSES) })
}

/**
 * Whether a deploy without a record was started. Not where the record of deploy-ecs is empty. And a job that failed or was
 * cancelled may have ended in its build.
 */
const wasStarted = (reader: InputReader): boolean =>
  reader.raw('deploy-record').trim() !== '' && !['failure', 'cancelled'].includes(reader.text('status') ?? '')

/** @throws InputError when the two records are not of the same services, or the rollback is none */
function refuseOtherRollback(deploy: DeployRecord, rollback: DeployRecord): void {
  const [of, back] = [deploy, rollback].map(({ services }) => services.map(({ service }) => service).join(', '))
  if (rollback.kind === 'rollback' && of === back) return
  const what = rollback.kind === 'rollback' ? `is a rollback of ${back}, and the deploy is of ${of}` : 'is a deploy'
  throw new InputError('rollback-record', `${what}.`, {
    hint: 'Pass the output `deploy-record` of the step with `command: rollback` that took this deploy back.',
  })
}

/** @throws InputError unless there is one name for each service of the record, or none */
function refuseOtherCount(names: readonly string[], { services }: DeployRecord): void {
  if (names.length === 0 || names.length === services.length) return
  const recorded = services.map(({ service }) => `\`${service}\``).join(', ')
  throw new InputError(
    'service',
    `has ${names.length === 1 ? 'one name' : `${names.length} names`} for a deploy record with ${services.length === 1 ? 'one service' : `${services.length} services`}: ${recorded}.`,
    { hint: "Write Datadog's name of each of them, in this order, or leave the input out to use these." },
  )
}

/** The deploy record, if it is given. deploy-ecs that failed before it began leaves an empty output. */
export function readRecord(
  reader: InputReader,
  input: 'deploy-record' | 'rollback-record' = 'deploy-record',
): DeployRecord | undefined {
  const json = reader.text(input)
  if (json === undefined || json === NO_RECORD) return undefined
  const record = parseDeployRecord(json, input)
  const hint = 'Pass the output of deploy-ecs as it is.'
  for (const name of ['startedAt', 'finishedAt'] as const) {
    if (Number.isNaN(Date.parse(record[name]))) {
      throw new InputError(input, `has \`${name}\` \`${record[name]}\`, which is not a time.`, { hint })
    }
  }
  if (record.services.length === 0) throw new InputError(input, 'has no `services`.', { hint })
  return record
}
