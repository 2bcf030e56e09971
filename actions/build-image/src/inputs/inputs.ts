// The inputs of the action: everything that is read from `with:` is read in this folder.

import { readRegion } from '../../../../toolkit/aws/region.ts'
import { InputError } from '../../../../toolkit/errors.ts'
import { readWorkflowRun } from '../../../../toolkit/github.ts'
import { type IdleInputs, idleInputs } from '../../../../toolkit/idle-inputs.ts'
import { type ImageReference, requireReference } from '../../../../toolkit/image-reference.ts'
import { InputReader } from '../../../../toolkit/inputs.ts'
import type { Environment } from '../../../../toolkit/runtime.ts'
import { parseSize } from '../image/size.ts'
import { type BuildInputs, buildxInputs, readBuild } from './build-inputs.ts'
import { DEFAULT_WORDS } from './default-words.ts'
import { DEPENDENT_INPUTS } from './dependent-inputs.ts'
import { type Destination, readDestinations } from './destinations.ts'
import { readExpectedAccount } from './expected-account.ts'
import { type Login, readLogin } from './login.ts'
import { type NewRepository, readNewRepository } from './new-repository.ts'
import { PEER_INPUTS, PEER_LOGIN_INPUTS } from './peer-inputs.ts'

export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const
type Severity = (typeof SEVERITIES)[number]

/** The lowest severity of a finding that stops the image, and how long to wait for the scan. */
export interface ScanGate {
  readonly severity: Severity
  readonly timeoutMs: number
}

export interface Inputs {
  readonly build: BuildInputs
  readonly destinations: readonly Destination[]
  readonly push: boolean
  readonly skipUnchanged: boolean
  readonly promote: ImageReference | undefined
  readonly login: Login | undefined
  /** AWS region for registries whose host does not name one. */
  readonly region: string | undefined
  /** The AWS account of the ECR repositories. `undefined`: not checked. */
  readonly expectedAccountId: string | undefined
  /** How to create a missing repository. `undefined`: repositories are not created. */
  readonly createRepository: NewRepository | undefined
  readonly testCommand: string | undefined
  readonly maxSize: number | undefined
  readonly scanGate: ScanGate | undefined
  /** Inputs that are given and do nothing. */
  readonly idle: readonly IdleInputs[]
}

/** Reads and checks every input. @throws InputError with the input's name, what was found, and what to write instead. */
export function readInputs(env: Environment): Inputs {
  const reader = new InputReader(env, DEFAULT_WORDS)
  reader.refuse(PEER_INPUTS)
  reader.refuse(PEER_LOGIN_INPUTS, [])
  const workspace = env['GITHUB_WORKSPACE'] || process.cwd()
  const push = reader.flag('push', true)
  const promote = reader.text('promote')
  const destinations = readDestinations(reader, readWorkflowRun(env).sha, push || promote === undefined)
  const inputs = {
    build: readBuild(reader, workspace, env),
    destinations,
    region: readRegion(reader),
    expectedAccountId: readExpectedAccount(reader, destinations),
    push,
    skipUnchanged: reader.flag('skip-unchanged', true) && !reader.flag('no-cache', false),
    promote: promote === undefined ? undefined : requireReference(promote, 'promote'),
    login: readLogin(reader),
    createRepository: readNewRepository(reader),
    testCommand: reader.text('test-command'),
    maxSize: parseSize(reader.text('max-size'), 'max-size'),
    scanGate: readScanGate(reader),
  }
  checkTogether(inputs)
  return { ...inputs, idle: idleInputs(reader, inputs, DEPENDENT_INPUTS) }
}

function readScanGate(reader: InputReader): ScanGate | undefined {
  const timeoutMs = reader.duration('scan-timeout', 5 * 60_000)
  const severity = reader.optionalChoice('scan-gate', SEVERITIES)
  return severity === undefined ? undefined : { severity, timeoutMs }
}

/** Refuses inputs that are valid on their own and contradict each other. */
function checkTogether(inputs: Omit<Inputs, 'idle'>): void {
  const { build, destinations, push, promote, scanGate, testCommand, createRepository, maxSize } = inputs
  if (promote !== undefined) {
    if (promote.tag === undefined && promote.digest === undefined) {
      throw new InputError('promote', 'names a repository, and neither tag nor digest.', {
        hint: 'Add its digest, `@sha256:…` (the output `image` of the build), or a tag.',
      })
    }
    if (testCommand !== undefined) {
      throw new InputError('test-command', 'is set together with `promote`, which builds no image to test.', {
        hint: 'Test the image in the job that builds it.',
      })
    }
  }
  for (const [input, set] of [
    ['scan-gate', scanGate !== undefined],
    ['create-repository', createRepository !== undefined],
    ['max-size', maxSize !== undefined],
  ] as const) {
    if (set && !push) throw new InputError(input, 'is set, but `push` is false.', { hint: 'Leave one of them out.' })
  }
  if (build.engine === 'docker') {
    const needs = buildxInputs(build)[0]
    if (needs !== undefined) {
      throw new InputError('engine', `is \`docker\`, but ${needs} needs buildx.`, {
        hint: 'Leave `engine` out, or set it to `buildx`.',
      })
    }
  }
  if (push && destinations.length === 0) {
    throw new InputError('images', 'is missing.', {
      hint: 'Set it under `with:`, for example `images: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/web`.',
    })
  }
}
