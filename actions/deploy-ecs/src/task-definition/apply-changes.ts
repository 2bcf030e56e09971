import type { ContainerDefinition, KeyValuePair, Secret } from '@aws-sdk/client-ecs'
import { InputError } from '../../../../toolkit/errors.ts'
import type { Pair } from '../../../../toolkit/inputs.ts'
import type { TaskDefinitionChanges } from '../inputs/task-definition-changes.ts'
import type { Registration } from './registration.ts'

/**
 * The task definition with the changes, and nothing else changed.
 * @throws InputError for a container that does not exist, or an input that does not say which of several containers it is for.
 */
export function applyChanges(base: Registration, changes: TaskDefinitionChanges): Registration {
  const images = imagesOf(base, changes)
  const chosen = chosenContainers(base, changes, [...images.keys()])
  const containerDefinitions = base.containerDefinitions.map((container) => {
    const image = images.get(container.name ?? '')
    const withImage = image === undefined ? container : { ...container, image }
    return chosen.has(container.name ?? '') ? changedContainer(withImage, changes) : withImage
  })
  const { cpu, memory, taskRoleArn, executionRoleArn } = changes
  return {
    ...base,
    containerDefinitions,
    ...(cpu === undefined ? {} : { cpu }),
    ...(memory === undefined ? {} : { memory }),
    ...(taskRoleArn === undefined ? {} : { taskRoleArn }),
    ...(executionRoleArn === undefined ? {} : { executionRoleArn }),
  }
}

/** The new image of each container that gets one. */
export function imagesOf(base: Registration, changes: TaskDefinitionChanges): ReadonlyMap<string, string> {
  return new Map(
    changes.images.flatMap(({ container, image }): [string, string][] => {
      if (container !== undefined) return [[existing(base, 'image', container), image]]
      const named = changes.containers.map((name) => existing(base, 'container-name', name))
      return (named.length > 0 ? named : [onlyContainer(base, 'image')]).map((name) => [name, image])
    }),
  )
}

function chosenContainers(
  base: Registration,
  changes: TaskDefinitionChanges,
  withImages: readonly string[],
): ReadonlySet<string> {
  if (changes.containers.length > 0) {
    return new Set(changes.containers.map((name) => existing(base, 'container-name', name)))
  }
  if (withImages.length > 0) return new Set(withImages)
  const input = firstContainerInput(changes)
  return input === undefined ? new Set() : new Set([onlyContainer(base, input)])
}

/** The first input given that changes a container. */
function firstContainerInput(changes: TaskDefinitionChanges): string | undefined {
  if (changes.environment.length > 0) return 'environment-variables'
  if (changes.secrets.length > 0) return 'secrets'
  if (changes.dockerLabels.length > 0) return 'docker-labels'
  if (changes.environmentFiles.length > 0) return 'env-files'
  if (changes.command !== undefined) return 'container-command'
  if (changes.logDriver !== undefined) return 'log-configuration-log-driver'
  if (changes.logOptions.length > 0) return 'log-configuration-options'
  return changes.datadog === undefined ? undefined : 'datadog-tags'
}

function existing(base: Registration, input: string, name: string): string {
  if (base.containerDefinitions.some((container) => container.name === name)) return name
  throw new InputError(
    input,
    `names the container \`${name}\`, which task definition \`${base.family}\` does not have.`,
    {
      hint: `It has ${containerNames(base)}.`,
    },
  )
}

function onlyContainer(base: Registration, input: string): string {
  const [only, ...others] = base.containerDefinitions
  if (only?.name !== undefined && others.length === 0) return only.name
  throw new InputError(input, `does not say which container of task definition \`${base.family}\` it is for.`, {
    hint: `It has ${containerNames(base)}. ${
      input === 'image' ? 'Write `container=image`, or set `container-name`.' : 'Set `container-name`.'
    }`,
  })
}

const containerNames = (base: Registration) =>
  base.containerDefinitions.map(({ name }) => `\`${name}\``).join(', ') || 'no containers'

function changedContainer(container: ContainerDefinition, changes: TaskDefinitionChanges): ContainerDefinition {
  const { mode, command, environmentFiles } = changes
  const tags = Object.entries(changes.datadog ?? {}).map(([key, value]) => ({ key, value }))
  const variables = [
    ...changes.environment,
    ...tags.map(({ key, value }) => ({ key: `DD_${key.toUpperCase()}`, value })),
  ]
  const labels = [
    ...changes.dockerLabels,
    ...tags.map(({ key, value }) => ({ key: `com.datadoghq.tags.${key}`, value })),
  ]
  const next = { ...container }
  if (variables.length > 0) next.environment = environmentOf(container, changes, variables)
  if (changes.secrets.length > 0) next.secrets = secretsOf(container, changes)
  // ECS refuses a name that is both a variable and a secret. The one of the inputs replaces the other.
  const asVariable = new Set(variables.map(({ key }) => key))
  const asSecret = new Set(changes.secrets.map(({ key }) => key))
  if (next.secrets?.some(({ name }) => asVariable.has(name ?? ''))) {
    next.secrets = next.secrets.filter(({ name }) => !asVariable.has(name ?? ''))
  }
  if (next.environment?.some(({ name }) => asSecret.has(name ?? ''))) {
    next.environment = next.environment.filter(({ name }) => !asSecret.has(name ?? ''))
  }
  if (labels.length > 0) {
    const asked = Object.fromEntries(labels.map(({ key, value }) => [key, value]))
    const replaces = mode === 'replace' && changes.dockerLabels.length > 0
    next.dockerLabels = replaces ? asked : { ...container.dockerLabels, ...asked }
  }
  if (environmentFiles.length > 0) next.environmentFiles = environmentFiles.map((value) => ({ value, type: 's3' }))
  if (command !== undefined) next.command = [...command]
  if (changes.logDriver !== undefined || changes.logOptions.length > 0) {
    next.logConfiguration = logConfigurationOf(container, changes)
  }
  return next
}

function environmentOf(
  container: ContainerDefinition,
  changes: TaskDefinitionChanges,
  asked: readonly Pair[],
): KeyValuePair[] {
  const values = asked.map(({ key, value }) => ({ name: key, value }))
  // Datadog's tags alone replace no other variables.
  const replaces = changes.mode === 'replace' && changes.environment.length > 0
  return replaces ? values : merged(container.environment ?? [], values)
}

function secretsOf(container: ContainerDefinition, changes: TaskDefinitionChanges): Secret[] {
  const asked = changes.secrets.map(({ key, value }) => ({ name: key, valueFrom: value }))
  return changes.mode === 'replace' ? asked : (merged(container.secrets ?? [], asked) as Secret[])
}

/** Those asked for take the place of those of the same name; new ones come last. */
function merged<T extends { name?: string | undefined }>(present: readonly T[], asked: readonly T[]): T[] {
  const byName = new Map(asked.map((item) => [item.name, item]))
  const kept = present.map((item) => {
    const replacement = byName.get(item.name)
    byName.delete(item.name)
    return replacement ?? item
  })
  return [...kept, ...byName.values()]
}

function logConfigurationOf(
  container: ContainerDefinition,
  changes: TaskDefinitionChanges,
): NonNullable<ContainerDefinition['logConfiguration']> {
  const { logConfiguration } = container
  const logDriver = changes.logDriver ?? logConfiguration?.logDriver
  if (logDriver === undefined) {
    throw new InputError(
      'log-configuration-options',
      `is set, but the container \`${container.name}\` has no log driver.`,
      {
        hint: 'Set `log-configuration-log-driver` too, for example `awslogs`.',
      },
    )
  }
  const asked = Object.fromEntries(changes.logOptions.map(({ key, value }) => [key, value]))
  const sameDriver = logDriver === logConfiguration?.logDriver
  const options = sameDriver ? { ...logConfiguration.options, ...asked } : asked
  return {
    ...(sameDriver ? logConfiguration : {}),
    logDriver: logDriver as NonNullable<NonNullable<ContainerDefinition['logConfiguration']>['logDriver']>,
    ...(Object.keys(options).length > 0 ? { options } : {}),
  }
}
