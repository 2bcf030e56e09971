import { InputError } from '../../../../toolkit/errors.ts'
import type { DatadogTags, TaskDefinitionChanges } from '../inputs/task-definition-changes.ts'
import type { LoadedTaskDefinition } from './load-task-definition.ts'

/** The changes for one of several services: without images and containers that its task definition does not have. */
export function changesForService(
  { registration }: LoadedTaskDefinition,
  changes: TaskDefinitionChanges,
): TaskDefinitionChanges {
  const has = (name: string) => registration.containerDefinitions.some((container) => container.name === name)
  return {
    ...changes,
    images: changes.images.filter(({ container }) => container === undefined || has(container)),
    containers: changes.containers.filter(has),
  }
}

/** @throws InputError for a container that none of the task definitions has. */
export function refuseUnknownContainers(bases: readonly LoadedTaskDefinition[], changes: TaskDefinitionChanges): void {
  const names = new Set(bases.flatMap(({ registration }) => registration.containerDefinitions.map(({ name }) => name)))
  const known = [...names].map((name) => `\`${name}\``).join(', ')
  const check = (input: string, container: string | undefined) => {
    if (container === undefined || names.has(container)) return
    throw new InputError(input, `names the container \`${container}\`, which no task definition here has.`, {
      hint: `There are ${known}.`,
    })
  }
  for (const { container } of changes.images) check('image', container)
  for (const container of changes.containers) check('container-name', container)
}

/** Completes Datadog's tags with the values of the deploy. @throws InputError without an environment */
export function withDatadogTags(
  changes: TaskDefinitionChanges,
  deploy: Required<Omit<DatadogTags, 'env'>> & DatadogTags,
): TaskDefinitionChanges {
  if (changes.datadog === undefined) return changes
  const env = changes.datadog.env ?? deploy.env
  if (env === undefined) {
    throw new InputError('datadog-tags', 'has no tag `env`.', {
      hint: 'Set the input `environment`, or write the line `env=production` here.',
    })
  }
  const { service = deploy.service, version = deploy.version } = changes.datadog
  return { ...changes, datadog: { env, service, version } }
}
