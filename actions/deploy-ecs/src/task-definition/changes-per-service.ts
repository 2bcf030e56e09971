import { InputError } from '../../../../toolkit/errors.ts'
import type { Changes, DatadogTags } from '../inputs/task-definition-changes.ts'
import type { LoadedBase } from './load-task-definition.ts'

/** The part of the changes that is for one of several task definitions: images of containers that it has. */
export function changesFor({ registration }: LoadedBase, changes: Changes): Changes {
  const has = (name: string) => registration.containerDefinitions.some((container) => container.name === name)
  return {
    ...changes,
    images: changes.images.filter(({ container }) => container === undefined || has(container)),
    containers: changes.containers.filter(has),
  }
}

/** @throws InputError when an image or a container is for none of the task definitions. */
export function refuseOrphans(bases: readonly LoadedBase[], changes: Changes): void {
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

/** Datadog's tags with what the user left out filled in from the deploy. */
export function withDatadogTags(changes: Changes, deploy: Required<Omit<DatadogTags, 'env'>> & DatadogTags): Changes {
  if (changes.datadog === undefined) return changes
  const env = changes.datadog.env ?? deploy.env
  if (env === undefined) {
    throw new InputError('datadog-tags', 'does not say which environment this is.', {
      hint: 'Set the input `environment`, or write the line `env=production` here.',
    })
  }
  const { service = deploy.service, version = deploy.version } = changes.datadog
  return { ...changes, datadog: { env, service, version } }
}
