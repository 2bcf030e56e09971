// The only reader of inputs, but for the proxy, which is set before.

import { resolve } from 'node:path'
import { type Arn, formatArn, parseArn } from '../../../../toolkit/aws/arn.ts'
import { readRegion } from '../../../../toolkit/aws/region.ts'
import { InputError } from '../../../../toolkit/errors.ts'
import { readWorkflowRun } from '../../../../toolkit/github.ts'
import { InputReader } from '../../../../toolkit/inputs.ts'
import type { Environment } from '../../../../toolkit/runtime.ts'
import { readCustomTags } from './custom-tags.ts'
import { DEFAULT_WORDS } from './default-words.ts'
import { PEER_INPUTS } from './peer-inputs.ts'
import { readInlinePolicy, readManagedPolicies } from './policies.ts'
import { SESSION_TAG_KEYS, type SessionTag } from './session-tags.ts'
import { STS_DURATION, STS_LIMITS, stsProblem } from './sts-limits.ts'

/** How to authenticate: by an OpenID Connect token, or by the credentials in the environment. */
export type Method = 'web-identity' | 'chain'

export interface Role {
  readonly arn: string
  readonly account: string
}

const DEFAULT_DURATION = 3600
/** The longest session, in seconds, of a role that is assumed with the credentials of a role. */
const CHAINED_DURATION = 3600

export interface Inputs {
  readonly role: Role
  readonly region: string
  readonly method: Method
  /** The file of the token; `undefined`: the job's own token. */
  readonly tokenFile: string | undefined
  /** Whether valid credentials of this role in the environment are kept. */
  readonly useExisting: boolean
  readonly sessionName: string
  readonly durationSeconds: number
  readonly audience: string
  /** Empty: any account. */
  readonly allowedAccountIds: readonly string[]
  readonly externalId: string | undefined
  /** Whether to tag the session with facts of the run, where that is possible. */
  readonly tagSession: boolean
  readonly customTags: readonly SessionTag[]
  readonly transitiveTagKeys: readonly string[]
  readonly inlineSessionPolicy: string | undefined
  readonly managedSessionPolicies: readonly string[]
  /** Obeyed before all other inputs are read, in mask-accounts.ts. */
  readonly maskAccountId: boolean
  readonly outputCredentials: boolean
  /** Whether to export the credentials for the steps that follow. */
  readonly exportCredentials: boolean
  /** Whether to export a profile of the environment empty. */
  readonly clearProfile: boolean
}

/** Reads and checks all inputs. @throws InputError */
export function readInputs(env: Environment): Inputs {
  const reader = new InputReader(env, DEFAULT_WORDS)
  reader.refuse(PEER_INPUTS)
  const arn = readRole(reader)
  const tokenFile = readTokenFile(reader, env)
  const method = readMethod(reader, env, tokenFile)
  const customTags = readCustomTags(reader)
  const inputs: Inputs = {
    role: { arn: formatArn(arn), account: arn.accountId },
    region: requireRegion(reader, env, arn),
    method,
    tokenFile,
    useExisting: reader.flag('use-existing-credentials', false),
    sessionName: readSessionName(reader, env),
    durationSeconds: reader.integer('role-duration-seconds', STS_DURATION) ?? DEFAULT_DURATION,
    audience: reader.text('audience') ?? 'sts.amazonaws.com',
    allowedAccountIds: readAccounts(reader),
    externalId: readExternalId(reader),
    tagSession: !reader.flag('role-skip-session-tagging', false),
    customTags,
    transitiveTagKeys: readTransitiveTags(reader, customTags),
    inlineSessionPolicy: readInlinePolicy(reader),
    managedSessionPolicies: readManagedPolicies(reader, arn),
    maskAccountId: reader.flag('mask-aws-account-id', false),
    outputCredentials: reader.flag('output-credentials', false),
    exportCredentials: reader.flag('output-env-credentials', true),
    clearProfile: reader.flag('clear-aws-profile', false),
  }
  crossCheck(inputs, env)
  return inputs
}

/** The longest path and name of a role, and their characters, as IAM documents them. */
const ROLE = /^role\/(?:[\x21-\x7e]{1,510}\/)?[\w+=,.@-]{1,64}$/

function readRole(reader: InputReader): Arn {
  const example = 'arn:aws:iam::123456789012:role/deploy'
  const text = reader.required('role-to-assume', example)
  const arn = parseArn(text)
  if (arn?.service === 'iam' && arn.region === '' && /^\d/.test(arn.accountId) && ROLE.test(arn.resource)) return arn
  throw new InputError('role-to-assume', `is \`${text}\`, which is not the ARN of a role.`, {
    hint: `Write it in full, as \`${example}\`. A name alone does not say which account it is in.`,
  })
}

/** China and GovCloud have an STS of their own, which knows no roles of other partitions. */
function requireRegion(reader: InputReader, env: Environment, { partition }: Arn): string {
  const region = readRegion(reader) ?? env['AWS_REGION']
  if (!region) {
    throw new InputError('aws-region', 'is missing.', { hint: 'Set it, for example `aws-region: eu-west-1`.' })
  }
  const ofRegion = /^cn-/.test(region) ? 'aws-cn' : /^us-gov-/.test(region) ? 'aws-us-gov' : undefined
  const apart = ['aws-cn', 'aws-us-gov']
  if (ofRegion === partition || (ofRegion === undefined && !apart.includes(partition))) return region
  throw new InputError(
    'aws-region',
    `is \`${region}\`, and the role is of the partition \`${partition}\`, which has no such region.`,
    {
      hint: 'Correct `aws-region` or `role-to-assume`: both must be of one partition, such as `aws-cn` and `cn-north-1`.',
    },
  )
}

function readTokenFile(reader: InputReader, env: Environment): string | undefined {
  const file = reader.text('web-identity-token-file')
  return file === undefined ? undefined : resolve(env['GITHUB_WORKSPACE'] || process.cwd(), file)
}

function readMethod(reader: InputReader, env: Environment, tokenFile: string | undefined): Method {
  const chaining = reader.flag('role-chaining', false)
  if (tokenFile !== undefined && chaining) {
    throw new InputError('web-identity-token-file', 'is set, and so is `role-chaining`.', {
      hint: 'Keep the one that the role trusts: the token, or the credentials of the environment.',
    })
  }
  if (tokenFile !== undefined) return 'web-identity'
  if (chaining) return 'chain'
  if (env['ACTIONS_ID_TOKEN_REQUEST_URL'] && env['ACTIONS_ID_TOKEN_REQUEST_TOKEN']) return 'web-identity'
  if (env['AWS_ACCESS_KEY_ID']) return 'chain'
  throw new InputError('role-to-assume', 'cannot be assumed: the job has neither an OIDC token nor AWS credentials.', {
    hint: 'Give the job `permissions: { id-token: write, contents: read }`. A run of a pull request from a fork never gets this permission.',
  })
}

/** Reads the session's name, which CloudTrail shows with every call. */
function readSessionName(reader: InputReader, env: Environment): string {
  const given = reader.text('role-session-name')
  if (given === undefined) {
    const run = readWorkflowRun(env)
    const name = run.repository.slice(run.repository.indexOf('/') + 1)
    const ending = run.id === '' ? '' : `-${run.id}-${run.attempt}`
    return `${(name || 'slipway').replace(/[^\w+=,.@-]/g, '-').slice(0, STS_LIMITS.sessionName.max - ending.length)}${ending}`
  }
  const problem = stsProblem(given, 'sessionName')
  if (problem === undefined) return given
  throw new InputError('role-session-name', `is \`${given}\`, which ${problem}.`, {
    hint: 'Use 2 to 64 letters, digits and `_ + = , . @ -`; a branch with a slash needs another name.',
  })
}

function readAccounts(reader: InputReader): readonly string[] {
  const accounts = reader.list('allowed-account-ids')
  const bad = accounts.find((account) => !/^\d{12}$/.test(account))
  if (bad === undefined) return accounts
  throw new InputError('allowed-account-ids', `has \`${bad}\`, which is not an AWS account ID.`, {
    hint: 'Write its 12 digits, in quotes where it stands alone: YAML reads a number with leading zeros as another one.',
  })
}

function readTransitiveTags(reader: InputReader, custom: readonly SessionTag[]): readonly string[] {
  const keys = [...new Set(reader.list('transitive-tag-keys'))]
  const known: readonly string[] = [...SESSION_TAG_KEYS, ...custom.map(({ Key }) => Key)]
  const bad = keys.find((key) => !known.includes(key))
  if (bad === undefined) return keys
  throw new InputError('transitive-tag-keys', `has \`${bad}\`, which is not a session tag.`, {
    hint: `The tags are ${known.map((key) => `\`${key}\``).join(', ')}.`,
  })
}

/** Reads `role-external-id`. It is not shown: some keep it as a secret. */
function readExternalId(reader: InputReader): string | undefined {
  const id = reader.text('role-external-id')
  const problem = id === undefined ? undefined : stsProblem(id, 'externalId')
  if (problem === undefined) return id
  throw new InputError('role-external-id', `${problem}.`, {
    hint: 'Use 2 to 1224 letters, digits and `_ + = , . @ : / -`, as the trust policy of the role has it.',
  })
}

function crossCheck(inputs: Inputs, env: Environment): void {
  const { role, method, durationSeconds, allowedAccountIds, externalId, transitiveTagKeys, customTags } = inputs
  if (!inputs.exportCredentials && !inputs.outputCredentials) {
    throw new InputError(
      'output-env-credentials',
      'is false, and so is `output-credentials`: no step would get the credentials.',
      {
        hint: 'Set `output-credentials: true`, or remove `output-env-credentials`.',
      },
    )
  }
  if (!inputs.exportCredentials && inputs.clearProfile) {
    throw new InputError(
      'clear-aws-profile',
      'is true, but with `output-env-credentials: false` nothing is exported.',
      {
        hint: 'Keep one of them.',
      },
    )
  }
  const limit = inputs.useExisting ? limitOfSession(inputs) : undefined
  if (limit !== undefined) {
    throw new InputError(
      'use-existing-credentials',
      `is true, and \`${limit}\` is set: credentials that are kept do not get it.`,
      { hint: `Remove \`use-existing-credentials\`, or \`${limit}\`.` },
    )
  }
  if (customTags.length > 0 && !inputs.tagSession) {
    throw new InputError('custom-tags', 'is set, and so is `role-skip-session-tagging`.', { hint: 'Keep one of them.' })
  }
  if (transitiveTagKeys.length > 0 && !inputs.tagSession) {
    throw new InputError(
      'transitive-tag-keys',
      'is set, and so is `role-skip-session-tagging`: without tags none can be transitive.',
      { hint: 'Keep one of them. Transitive tags of an earlier session are inherited without this input.' },
    )
  }
  if (allowedAccountIds.length > 0 && !allowedAccountIds.includes(role.account)) {
    throw new InputError('role-to-assume', `is in account ${role.account}, which is not in \`allowed-account-ids\`.`, {
      hint: `Allowed are ${allowedAccountIds.join(', ')}. Check that the role is that of this environment.`,
    })
  }
  if (method === 'chain' && durationSeconds > CHAINED_DURATION && env['AWS_SESSION_TOKEN']) {
    throw new InputError(
      'role-duration-seconds',
      `is ${durationSeconds}, but the credentials of the environment are temporary (\`AWS_SESSION_TOKEN\` is set): AWS limits a session of a role assumed by a role to one hour.`,
      {
        hint: `Set at most ${CHAINED_DURATION}, or let the role trust GitHub directly and remove \`role-chaining\`.`,
      },
    )
  }
  if (method === 'chain') return
  if (externalId !== undefined) throw onlyForChains('role-external-id', inputs)
  if (customTags.length > 0) throw onlyForChains('custom-tags', inputs)
  if (transitiveTagKeys.length > 0) throw onlyForChains('transitive-tag-keys', inputs)
}

/** The input, if any, that gives the session a policy or tags when it begins. */
function limitOfSession(inputs: Inputs): string | undefined {
  if (inputs.inlineSessionPolicy !== undefined) return 'inline-session-policy'
  if (inputs.managedSessionPolicies.length > 0) return 'managed-session-policies'
  if (inputs.customTags.length > 0) return 'custom-tags'
  return inputs.transitiveTagKeys.length > 0 ? 'transitive-tag-keys' : undefined
}

const onlyForChains = (input: string, { tokenFile }: Inputs) =>
  new InputError(input, 'has no effect with an OIDC token: AWS accepts it only with other credentials.', {
    hint: tokenFile === undefined ? 'Remove it, or set `role-chaining: true`.' : 'Remove it.',
  })
