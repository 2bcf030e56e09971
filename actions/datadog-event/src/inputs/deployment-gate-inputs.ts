import { InputError } from '../../../../toolkit/errors.ts'
import type { InputReader } from '../../../../toolkit/inputs.ts'
import { defined } from '../../../../toolkit/objects.ts'
import type { Environment } from '../../../../toolkit/runtime.ts'
import { type Keys, requireAppKey } from '../api/keys.ts'
import { nameOfCode } from '../deploy/deploy.ts'
import { readDeploy } from './deploy-inputs.ts'
import { type GateRules, needsVersion, readGateRules } from './gate-rules.ts'

/** What Datadog is asked to evaluate. */
export interface GateSubject {
  readonly service: string
  readonly env: string
  readonly version?: string
}

export interface DeploymentGateInputs {
  readonly command: 'deployment-gate'
  /** At least one, each of another service. */
  readonly subjects: readonly GateSubject[]
  /** Which of the gates of a service; `undefined` for Datadog's own default. */
  readonly identifier: string | undefined
  readonly primaryTag: string | undefined
  /** Instead of those of a gate that is set up in Datadog. */
  readonly rules: GateRules | undefined
  readonly intervalMs: number
  /** How long the results are waited for. */
  readonly evaluationMs: number
  /** What it means for the step that a service has no gate, or one without rules. */
  readonly onNoMonitors: 'fail' | 'warn'
}

/** Datadog recommends to poll every 10 to 20 seconds. datadog-ci polls every 15, for three hours at most. */
const INTERVAL_MS = 15_000
const EVALUATION_MS = 3 * 3600_000

/** Reads the inputs of `command: deployment-gate`. @throws InputError */
export function readDeploymentGateInputs(
  reader: InputReader,
  keys: Keys,
  env: Environment,
  now: number,
): DeploymentGateInputs {
  requireAppKey(keys, 'evaluating a deployment gate')
  const path = reader.text('config')
  const rules = path === undefined ? undefined : readGateRules(path)
  const subjects = readSubjects(reader, env, now)
  const unversioned = subjects.find(({ version }) => version === undefined)
  if (rules !== undefined && needsVersion(rules) && unversioned !== undefined) {
    throw new InputError(
      'version',
      `is missing, and \`config\` has a rule that compares versions of \`${unversioned.service}\`.`,
      {
        hint: 'Set it to what the service reports to Datadog (`DD_VERSION`), or pass `deploy-record`.',
      },
    )
  }
  return {
    command: 'deployment-gate',
    subjects,
    identifier: reader.text('identifier'),
    primaryTag: readPrimaryTag(reader),
    rules,
    intervalMs: reader.duration('interval', INTERVAL_MS),
    evaluationMs: reader.duration('evaluation-timeout', EVALUATION_MS),
    onNoMonitors: reader.choice('on-no-monitors', ['fail', 'warn'], 'fail'),
  }
}

function readSubjects(reader: InputReader, environment: Environment, now: number): readonly GateSubject[] {
  // Without a status, there is a deploy only if there is a record.
  const deploy = readDeploy(reader, environment, now)
  const env = reader.text('env') ?? deploy?.environment
  if (env === undefined) {
    throw new InputError('env', "is missing, and a deployment gate is one of a service's environment.", {
      hint: 'Set `env: production`, or pass a `deploy-record` that has an environment.',
    })
  }
  const version = reader.text('version')
  const services =
    deploy?.services.map(({ name, code }) => ({ service: name, ...defined({ version: nameOfCode(code) }) })) ??
    reader.list('service').map((service) => ({ service, ...defined({ version }) }))
  if (services.length === 0) {
    throw new InputError('service', 'is missing, and nothing else says whose deployment gate to evaluate.', {
      hint: 'Set `service: web`, or pass `deploy-record`.',
    })
  }
  return [...new Map(services.map((one) => [one.service, { ...one, env }])).values()]
}

/** A `key:value`, as Datadog's primary tags are. */
function readPrimaryTag(reader: InputReader): string | undefined {
  const tag = reader.text('apm-primary-tag')
  if (tag === undefined || /^[^\s:,]+:[^\s,]+$/.test(tag)) return tag
  throw new InputError('apm-primary-tag', `is \`${tag}\`, which is not one tag.`, {
    hint: 'Write, for example, `apm-primary-tag: region:us-central-1`.',
  })
}
