import { LogDriver } from '@aws-sdk/client-ecs'
import { parseArn } from '../../../../toolkit/aws/arn.ts'
import { InputError } from '../../../../toolkit/errors.ts'
import type { InputReader, Pair } from '../../../../toolkit/inputs.ts'
import { readCommandLine } from './command-line.ts'

/** A new image. Without `container`, for the containers of `container-name`, else for the only container. */
export interface ImageChange {
  readonly container?: string
  readonly image: string
}

/** Datadog's unified service tags. */
export interface DatadogTags {
  readonly env?: string
  readonly service?: string
  readonly version?: string
}

/** Changes to a task definition. What is not in here stays as it is. */
export interface TaskDefinitionChanges {
  readonly images: readonly ImageChange[]
  /** The containers that the members below change. Empty: those with a new image, else the only container. */
  readonly containers: readonly string[]
  /** Whether environment, secrets and labels are added to those of the container, or replace them. */
  readonly mode: 'merge' | 'replace'
  readonly environment: readonly Pair[]
  readonly secrets: readonly Pair[]
  readonly dockerLabels: readonly Pair[]
  readonly logOptions: readonly Pair[]
  readonly environmentFiles: readonly string[]
  readonly logDriver?: string
  readonly command?: readonly string[]
  readonly cpu?: string
  readonly memory?: string
  readonly taskRoleArn?: string
  readonly executionRoleArn?: string
  readonly datadog?: DatadogTags
}

/** The inputs that change a task definition. */
export const CHANGE_INPUTS = [
  'image',
  'environment-variables',
  'secrets',
  'docker-labels',
  'env-files',
  'container-command',
  'log-configuration-log-driver',
  'log-configuration-options',
  'cpu',
  'memory',
  'task-role-arn',
  'execution-role-arn',
  'datadog-tags',
] as const

/** Reads all inputs that change the task definition. @throws InputError */
export function readTaskDefinitionChanges(reader: InputReader): TaskDefinitionChanges {
  const logDriver = reader.optionalChoice('log-configuration-log-driver', Object.values(LogDriver))
  const command = readCommandLine(reader, 'container-command')
  const cpu = sizeInput(reader, 'cpu', 'vCPU')
  const memory = sizeInput(reader, 'memory', 'GB')
  const taskRoleArn = roleInput(reader, 'task-role-arn')
  const executionRoleArn = roleInput(reader, 'execution-role-arn')
  const datadog = readDatadogTags(reader)
  return {
    images: readImages(reader),
    containers: reader.list('container-name'),
    mode: reader.choice('environment-mode', ['merge', 'replace'], 'merge'),
    environment: unique('environment-variables', reader.pairs('environment-variables', { secret: true })),
    secrets: readSecrets(reader),
    dockerLabels: unique('docker-labels', reader.pairs('docker-labels')),
    logOptions: unique('log-configuration-options', reader.pairs('log-configuration-options')),
    environmentFiles: reader.lines('env-files').map(environmentFile),
    ...(logDriver === undefined ? {} : { logDriver }),
    ...(command === undefined ? {} : { command }),
    ...(cpu === undefined ? {} : { cpu }),
    ...(memory === undefined ? {} : { memory }),
    ...(taskRoleArn === undefined ? {} : { taskRoleArn }),
    ...(executionRoleArn === undefined ? {} : { executionRoleArn }),
    ...(datadog === undefined ? {} : { datadog }),
  }
}

/** `image`: one reference, or `container=reference` on lines of their own (or separated by commas). */
function readImages(reader: InputReader): readonly ImageChange[] {
  const images = reader.list('image').map((item): ImageChange => {
    const match = /^([\w-]+)\s*=(.*)$/.exec(item)
    const image = (match?.[2] ?? item).trim()
    if (image === '' || /\s/.test(image)) {
      throw new InputError('image', `has the item \`${item}\`, which is not an image reference.`, {
        hint: 'Write `image: REPOSITORY@sha256:…`, or one `container=REPOSITORY@sha256:…` on each line.',
      })
    }
    return match?.[1] === undefined ? { image } : { container: match[1], image }
  })
  const nameless = images.filter(({ container }) => container === undefined)
  if (nameless.length > 1 || (nameless.length === 1 && images.length > 1)) {
    throw new InputError('image', 'has several images, some of them without a container.', {
      hint: 'Write one `container=image` on each line.',
    })
  }
  const names = images.map(({ container }) => container)
  const twice = names.find((name, at) => name !== undefined && names.indexOf(name) !== at)
  if (twice !== undefined) {
    throw new InputError('image', `has two images for the container \`${twice}\`.`, { hint: 'Keep one of them.' })
  }
  return images
}

/** Names of secrets and the ARNs of their values. The preflight checks that they exist. */
function readSecrets(reader: InputReader): readonly Pair[] {
  const secrets = unique('secrets', reader.pairs('secrets', { secret: true }))
  const empty = secrets.find(({ value }) => value === '')
  if (empty === undefined) return secrets
  throw new InputError('secrets', `does not say where \`${empty.key}\` is.`, {
    hint: 'Write `NAME=ARN`: of a secret in Secrets Manager, or of a parameter in the parameter store.',
  })
}

function environmentFile(line: string): string {
  const arn = parseArn(line)
  if (arn?.service === 's3' && /^[^/]+\/.+\.env$/.test(arn.resource)) return line
  throw new InputError('env-files', `has \`${line}\`, which is not the ARN of an environment file in S3.`, {
    hint: 'It looks like `arn:aws:s3:::BUCKET/PATH.env`, one on each line; the name has to end with `.env`.',
  })
}

function readDatadogTags(reader: InputReader): DatadogTags | undefined {
  const value = reader.text('datadog-tags')
  if (value === undefined || value === 'false') return undefined
  if (value === 'true' || value === 'auto') return {}
  const tags: { env?: string; service?: string; version?: string } = {}
  for (const { key, value: tag } of reader.pairs('datadog-tags')) {
    if (key !== 'env' && key !== 'service' && key !== 'version') {
      throw new InputError('datadog-tags', `has the tag \`${key}\`, which is none of env, service, version.`, {
        hint: 'Write `auto`, or lines such as `version=1.4.2`; what you leave out is taken from the deploy.',
      })
    }
    if (tag === '') {
      throw new InputError('datadog-tags', `has no value for \`${key}\`.`, {
        hint: `Give it one, or leave the line out: \`${key}\` is then taken from the deploy.`,
      })
    }
    tags[key] = tag
  }
  return tags
}

/** A task size as ECS takes it: units of 1/1024 vCPU or MiB, or a number with `vCPU` or `GB`. */
function sizeInput(reader: InputReader, name: 'cpu' | 'memory', unit: 'vCPU' | 'GB'): string | undefined {
  const value = reader.text(name)
  if (value === undefined) return undefined
  const [, number = '', given = ''] = /^(\d*\.?\d+)\s*([a-z]*)$/i.exec(value) ?? []
  const plain = unit === 'vCPU' ? 'CPU units' : 'MiB'
  const hint = `Write ${plain} such as \`512\`, or \`.5 ${unit}\`.`
  if (number === '') throw new InputError(name, `is \`${value}\`, which is not a task size.`, { hint })
  if (given.toLowerCase() === unit.toLowerCase()) return value
  if (given !== '') {
    throw new InputError(name, `is \`${value}\`, and ECS takes ${plain} or ${unit} here, not \`${given}\`.`, { hint })
  }
  if (/^\d+$/.test(number)) return value
  throw new InputError(name, `is \`${value}\`: a fraction needs the unit ${unit}.`, {
    hint: `Write \`${value} ${unit}\`.`,
  })
}

function roleInput(reader: InputReader, name: string): string | undefined {
  const value = reader.text(name)
  const arn = value === undefined ? undefined : parseArn(value)
  if (value === undefined || (arn?.service === 'iam' && arn.accountId !== '' && /^role\/./.test(arn.resource)))
    return value
  throw new InputError(name, `is \`${value}\`, which is not the ARN of a role.`, {
    hint: 'It looks like `arn:aws:iam::ACCOUNT:role/NAME`.',
  })
}

function unique(name: string, pairs: readonly Pair[]): readonly Pair[] {
  const keys = pairs.map(({ key }) => key)
  const twice = keys.find((key, at) => keys.indexOf(key) !== at)
  if (twice === undefined) return pairs
  throw new InputError(name, `sets \`${twice}\` twice.`, { hint: 'Keep one of the two lines.' })
}
