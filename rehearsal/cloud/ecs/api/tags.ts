import type { ListTagsForResourceRequest, Tag, TagResourceRequest, UntagResourceRequest } from '@aws-sdk/client-ecs'
import type { Scope } from '../../kernel/call.ts'
import { AwsError } from '../../kernel/errors.ts'
import { parseEcsArn } from '../arn.ts'
import type { Ecs } from '../context.ts'
import type { Region } from '../region.ts'
import type { Api } from './api.ts'

const MOST_TAGS = 50

/** The tags of a resource, in the form of answers. */
export const tagsOf = (region: Region, arn: string): Tag[] =>
  [...(region.tags.get(arn) ?? [])].map(([key, value]) => ({ key, value }))

/** Adds tags to a resource. */
export function setTags(region: Region, arn: string, tags: readonly Tag[] | undefined): void {
  if (tags === undefined || tags.length === 0) return
  const kept = new Map(region.tags.get(arn))
  for (const { key = '', value = '' } of tags) {
    if (key.length < 1 || key.length > 128) throw invalid('Tag keys must have between 1 and 128 characters.')
    if (/^aws:/i.test(key)) throw invalid(`Tag keys that begin with aws: are reserved, such as ${key}.`)
    if (value.length > 256) throw invalid(`The value of the tag ${key} has more than 256 characters.`)
    kept.set(key, value)
  }
  if (kept.size > MOST_TAGS) throw invalid(`A resource can have at most ${MOST_TAGS} tags.`)
  region.tags.set(arn, kept)
}

export function tagOperations(ecs: Ecs): Api {
  return {
    TagResource: (input: TagResourceRequest, caller) => {
      const region = ecs.regions.get(caller)
      setTags(region, existing(region, caller, input.resourceArn), input.tags)
      return {}
    },
    UntagResource: (input: UntagResourceRequest, caller) => {
      const region = ecs.regions.get(caller)
      const tags = region.tags.get(existing(region, caller, input.resourceArn))
      for (const key of input.tagKeys ?? []) tags?.delete(key)
      return {}
    },
    ListTagsForResource: (input: ListTagsForResourceRequest, caller) => {
      const region = ecs.regions.get(caller)
      return { tags: tagsOf(region, existing(region, caller, input.resourceArn)) }
    },
  }
}

/** The ARN of a resource that exists. Throws AWS's error otherwise. */
function existing(region: Region, caller: Scope, arn = ''): string {
  const parsed = parseEcsArn(arn)
  if (parsed === undefined || parsed.scope.account !== caller.account)
    throw invalid('Invalid identifier: Resource is malformed.')
  const { kind, path } = parsed
  const [first = '', name = ''] = path
  const cluster = region.clusters.get(first)
  if (kind === 'cluster' && cluster?.status === 'ACTIVE') return arn
  if (kind === 'service' && cluster?.services.get(name)?.arn === arn) return arn
  if (kind === 'task' && cluster?.tasks.has(name)) return arn
  if (kind === 'container-instance' && cluster?.instances.has(name)) return arn
  if (kind === 'task-definition' && region.findTaskDefinition(arn) !== undefined) return arn
  if (kind === 'cluster') throw new AwsError('ClusterNotFoundException', 'Cluster not found.')
  throw invalid('The specified resource is not found. Specify a valid resource and try again.')
}

const invalid = (message: string) => new AwsError('InvalidParameterException', message)
