// The only reader of inputs.
import { join, resolve } from 'node:path'
import { InputError } from '../../../../toolkit/errors.ts'
import { readWorkflowRun } from '../../../../toolkit/github.ts'
import { InputReader, type Pair } from '../../../../toolkit/inputs.ts'
import { readRegion } from '../../../../toolkit/region.ts'
import type { Environment } from '../../../../toolkit/runtime.ts'
import { DOCKER_HUB, type ImageReference, parseReference, parseRepository } from '../image/image-reference.ts'
import { parseSize } from '../image/size.ts'
import type { NewRepository } from '../registry/ecr.ts'
import type { Login } from '../registry/registries.ts'
import { type BuildSecret, readSecrets } from './build-secrets.ts'
import { readCaches } from './cache-inputs.ts'
import { type Destination, readDestinations } from './destinations.ts'
import { readExpectedAccount } from './expected-account.ts'
import { PEER_INPUTS } from './peer-inputs.ts'
import { refuseSecretArgs } from './secret-build-args.ts'

export const ENGINES = ['auto', 'docker', 'buildx'] as const
export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const
type Severity = (typeof SEVERITIES)[number]

/** From which severity on a finding of the scan stops the image, and how long to wait for the scan. */
export interface ScanGate {
  readonly severity: Severity
  readonly timeoutMs: number
}

/** What is built, and how. */
export interface BuildInputs {
  readonly context: string
  readonly file: string
  readonly target: string | undefined
  readonly buildArgs: readonly Pair[]
  readonly labels: readonly Pair[]
  readonly platforms: readonly string[]
  readonly secrets: readonly BuildSecret[]
  readonly cacheFrom: readonly string[]
  readonly cacheTo: readonly string[]
  readonly provenance: string | undefined
  readonly sbom: string | undefined
  readonly network: string | undefined
  readonly pull: boolean
  readonly noCache: boolean
  readonly engine: (typeof ENGINES)[number]
  readonly builder: string | undefined
  readonly reproducible: boolean
}

export interface Inputs {
  readonly build: BuildInputs
  readonly destinations: readonly Destination[]
  readonly push: boolean
  readonly skipUnchanged: boolean
  readonly promote: ImageReference | undefined
  readonly login: Login | undefined
  /** Where AWS is asked when the name of a registry does not say it. */
  readonly region: string | undefined
  /** The AWS account that ECR may be touched in; any when undefined. */
  readonly expectedAccountId: string | undefined
  /** How to create a repository that is missing; `undefined` when that was not asked for. */
  readonly createRepository: NewRepository | undefined
  readonly testCommand: string | undefined
  readonly maxSize: number | undefined
  readonly scanGate: ScanGate | undefined
}

/** Reads and checks every input. @throws InputError with the input's name, what was found, and what to write instead. */
export function readInputs(env: Environment): Inputs {
  const input = new InputReader(env)
  input.refuse(PEER_INPUTS)
  const workspace = env['GITHUB_WORKSPACE'] || process.cwd()
  const push = input.flag('push', true)
  const promote = input.text('promote')
  const destinations = readDestinations(input, readWorkflowRun(env).sha, push || promote === undefined)
  const inputs: Inputs = {
    build: readBuild(input, workspace, env),
    destinations,
    region: readRegion(input),
    expectedAccountId: readExpectedAccount(input, destinations),
    push,
    skipUnchanged: input.flag('skip-unchanged', true) && !input.flag('no-cache', false),
    promote: promote === undefined ? undefined : parseReference(promote, 'promote'),
    login: readLogin(input),
    createRepository: readNewRepository(input),
    testCommand: input.text('test-command'),
    maxSize: parseSize(input.text('max-size'), 'max-size'),
    scanGate: readScanGate(input),
  }
  checkTogether(inputs)
  return inputs
}

function readBuild(input: InputReader, workspace: string, env: Environment): BuildInputs {
  const context = resolve(workspace, input.text('context') ?? '.')
  const file = input.text('file')
  const buildArgs = input.pairs('build-args')
  refuseSecretArgs(buildArgs)
  return {
    context,
    file: file === undefined ? join(context, 'Dockerfile') : resolve(workspace, file),
    target: input.text('target'),
    buildArgs,
    labels: input.pairs('labels'),
    platforms: readPlatforms(input, env),
    secrets: readSecrets(input, env, workspace),
    cacheFrom: readCaches(input, 'cache-from'),
    cacheTo: readCaches(input, 'cache-to'),
    provenance: readAttestation(input, 'provenance', /^mode=(min|max)$/),
    sbom: readAttestation(input, 'sbom', /^generator=\S+$/),
    network: input.text('network'),
    pull: input.flag('pull', false),
    noCache: input.flag('no-cache', false),
    engine: input.choice('engine', ENGINES, 'auto'),
    builder: input.text('builder'),
    reproducible: input.flag('reproducible', true),
  }
}

const PLATFORM = /^[a-z0-9]+\/[a-z0-9_]+(\/[a-z0-9]+)?$/

function readPlatforms(input: InputReader, env: Environment): readonly string[] {
  const platforms = input.list('platforms')
  const usual = env['DOCKER_DEFAULT_PLATFORM']
  if (platforms.length === 0 && usual) {
    if (PLATFORM.test(usual)) return [usual]
    throw new InputError(
      'platforms',
      `is not set, and DOCKER_DEFAULT_PLATFORM is \`${usual}\`, which is not a platform.`,
      { hint: 'Write os/architecture in one of them, such as `linux/arm64`.' },
    )
  }
  for (const platform of platforms) {
    if (!PLATFORM.test(platform)) {
      throw new InputError('platforms', `has \`${platform}\`, which is not a platform.`, {
        hint: 'Write os/architecture, such as `linux/amd64` or `linux/arm64`.',
      })
    }
  }
  return platforms
}

/** A switch that also takes an option of its own; `undefined` when it is off. */
function readAttestation(input: InputReader, name: string, option: RegExp): string | undefined {
  const value = input.text(name) ?? 'false'
  if (option.test(value)) return value
  return input.flag(name, false) ? 'true' : undefined
}

function readLogin(input: InputReader): Login | undefined {
  const username = input.text('username')
  const password = input.raw('password')
  const registry = input.text('registry')
  if (username === undefined && password === '') {
    if (registry === undefined) return undefined
    throw new InputError('username', 'is missing, though `registry` is set.', {
      hint: 'Set `username` and `password` too. ECR needs none of the three.',
    })
  }
  if (username === undefined || password === '') {
    const missing = username === undefined ? 'username' : 'password'
    throw new InputError(missing, 'is missing; `username` and `password` go together.', {
      hint: 'If it comes from a secret, check the secret’s name: an unknown one is empty.',
    })
  }
  const { host } = parseRepository(`${registry ?? DOCKER_HUB}/any`, 'registry')
  return { host, username, password }
}

function readNewRepository(input: InputReader): NewRepository | undefined {
  const lifecyclePolicy = input.text('repository-lifecycle-policy')
  if (lifecyclePolicy !== undefined) checkPolicy(lifecyclePolicy)
  const options = {
    immutableTags: input.flag('repository-immutable-tags', false),
    scanOnPush: input.flag('repository-scan-on-push', true),
    lifecyclePolicy,
  }
  return input.flag('create-repository', false) ? options : undefined
}

function checkPolicy(text: string): void {
  try {
    if (Array.isArray((JSON.parse(text) as { rules?: unknown }).rules)) return
  } catch (cause) {
    throw new InputError('repository-lifecycle-policy', 'is not JSON.', {
      hint: 'Write an ECR lifecycle policy: `{"rules": [ … ]}`.',
      cause,
    })
  }
  throw new InputError('repository-lifecycle-policy', 'has no list `rules`.', {
    hint: 'Write an ECR lifecycle policy: `{"rules": [ … ]}`.',
  })
}

function readScanGate(input: InputReader): ScanGate | undefined {
  const timeoutMs = input.duration('scan-timeout', 5 * 60_000)
  if (input.text('scan-gate') === undefined) return undefined
  return { severity: input.choice('scan-gate', SEVERITIES, 'high'), timeoutMs }
}

/** Inputs that are each right but do not go together. */
function checkTogether(inputs: Inputs): void {
  const { build, destinations, push, promote, scanGate, testCommand, createRepository, maxSize } = inputs
  if (promote !== undefined) {
    if (promote.tag === undefined && promote.digest === undefined) {
      throw new InputError('promote', 'names a repository, but no image in it.', {
        hint: 'Add its digest, `@sha256:…` (the output `image` of the build), or a tag.',
      })
    }
    if (testCommand !== undefined) {
      throw new InputError('test-command', 'is set together with `promote`, which has no image on this machine.', {
        hint: 'Test where the image is built.',
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

/** The inputs that only buildx can serve, as they would be named to people. */
export function buildxInputs(build: BuildInputs): readonly string[] {
  const { platforms, secrets, cacheTo, cacheFrom, provenance, sbom, builder } = build
  return [
    platforms.length > 1 ? `\`platforms: ${platforms.join(',')}\`` : undefined,
    secrets.length > 0 ? 'a build secret' : undefined,
    cacheTo.length > 0 ? '`cache-to`' : undefined,
    // The classic builder takes as a cache only what the engine has already.
    cacheFrom.length > 0 ? '`cache-from`' : undefined,
    provenance === undefined ? undefined : '`provenance`',
    sbom === undefined ? undefined : '`sbom`',
    builder === undefined ? undefined : '`builder`',
  ].filter((need) => need !== undefined)
}
