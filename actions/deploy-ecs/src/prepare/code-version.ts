// Which code a revision runs, as its task definition says it. Datadog's agent reads the same members:
// https://docs.datadoghq.com/getting_started/tagging/unified_service_tagging
import type { ContainerDefinition } from '@aws-sdk/client-ecs'
import { parseReference } from '../../../../toolkit/image-reference.ts'
import { defined } from '../../../../toolkit/objects.ts'
import type { Registration } from '../task-definition/registration.ts'
import type { ImageLabels } from './image-labels.ts'

/** Version and commit of the code that a revision runs, each only if it is known. */
interface CodeVersion {
  readonly version?: string
  readonly commit?: string
}

/** https://specs.opencontainers.org/image-spec/annotations */
const OCI_VERSION = 'org.opencontainers.image.version'
const OCI_REVISION = 'org.opencontainers.image.revision'
const COMMIT = /^[0-9a-f]{40}([0-9a-f]{24})?$/

/**
 * The version and commit of a revision. Only what all of its containers that have one agree on. `of`: the containers that
 * count, all without it. The labels of an image say less than the task definition, and more than the image's tag.
 */
export function codeVersion(
  { containerDefinitions }: Registration,
  of?: readonly string[],
  labels: ImageLabels = new Map(),
): CodeVersion {
  const containers = containerDefinitions.filter(({ name = '' }) => of === undefined || of.includes(name))
  const label = (key: string) =>
    containers
      .map(({ image = '' }) => labels.get(image)?.[key])
      .map((value) => (typeof value === 'string' ? value : ''))
  const version = agreed(containers.map(versionTag)) ?? agreed(label(OCI_VERSION)) ?? agreed(containers.map(imageTag))
  const commit =
    agreed(containers.map(commitTag)) ??
    agreed(label(OCI_REVISION).filter((value) => COMMIT.test(value))) ??
    (COMMIT.test(version ?? '') ? version : undefined)
  return defined({ version, commit })
}

/** The images whose labels may say what the task definition does not. */
export function imagesToAsk({ containerDefinitions }: Registration, of: readonly string[]): readonly string[] {
  const containers = containerDefinitions.filter(({ name = '' }) => of.includes(name))
  const version = agreed(containers.map(versionTag))
  const knowsCommit = agreed(containers.map(commitTag)) !== undefined || COMMIT.test(version ?? '')
  return version !== undefined && knowsCommit ? [] : containers.flatMap(({ image }) => image ?? [])
}

/** The containers whose image differs between two revisions, or all if none does. */
export function containersWithNewImage(before: Registration | undefined, after: Registration): readonly string[] {
  const images = new Map(before?.containerDefinitions.map(({ name, image }) => [name, image]))
  const all = after.containerDefinitions
  const changed = all.filter(({ name, image }) => images.get(name) !== image)
  return (changed.length > 0 ? changed : all).flatMap(({ name }) => name ?? [])
}

/**
 * The version for Datadog's tags. It belongs to the image: while the image of the containers that have one stays, by digest, the
 * version does too. With the commit of each run in its place, a run that changes nothing would replace all tasks.
 * @param commit that of the run.
 */
export function versionToTag(current: Registration | undefined, next: Registration, commit: string): string {
  const tagged = current?.containerDefinitions.filter((container) => versionTag(container) !== undefined) ?? []
  return tagged.every((container) => keepsImage(next, container)) ? (agreed(tagged.map(versionTag)) ?? commit) : commit
}

/** A tag may have moved to another image, so the image must have a digest. */
function keepsImage(next: Registration, { name, image = '' }: ContainerDefinition): boolean {
  const reference = parseReference(image)
  const isFixed = reference.kind === 'reference' && reference.digest !== undefined
  return isFixed && next.containerDefinitions.some((after) => after.name === name && after.image === image)
}

function versionTag({ environment = [], dockerLabels = {} }: ContainerDefinition): string | undefined {
  const label = dockerLabels['com.datadoghq.tags.version'] ?? dockerLabels[OCI_VERSION]
  return variable(environment, 'DD_VERSION') ?? label
}

function commitTag({ environment = [], dockerLabels = {} }: ContainerDefinition): string | undefined {
  const inTags = /(?:^|[\s,])git\.commit\.sha:([0-9a-f]+)/.exec(variable(environment, 'DD_TAGS') ?? '')?.[1]
  const given = variable(environment, 'DD_GIT_COMMIT_SHA') ?? inTags
  const commit = given ?? dockerLabels[OCI_REVISION]
  return commit !== undefined && COMMIT.test(commit) ? commit : undefined
}

/** The image's tag. `latest` says nothing about the version. */
function imageTag({ image = '' }: ContainerDefinition): string | undefined {
  const reference = parseReference(image)
  return reference.kind === 'reference' && reference.tag !== 'latest' ? reference.tag : undefined
}

const variable = (environment: NonNullable<ContainerDefinition['environment']>, wanted: string) =>
  environment.find(({ name }) => name === wanted)?.value || undefined

/** The value of all that have one. */
function agreed(values: readonly (string | undefined)[]): string | undefined {
  const [value, ...others] = new Set(values.filter((one) => one !== undefined && one !== ''))
  return others.length === 0 ? value : undefined
}
