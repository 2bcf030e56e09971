import { parseArn } from '../../kernel/arn.ts'
import type { Members, Operations } from '../../kernel/call.ts'
import { AwsError } from '../../kernel/errors.ts'
import type { ElbContext } from '../context.ts'
import { invalid, listenerNotFound, loadBalancersNotFound, ruleNotFound, targetGroupNotFound } from '../errors.ts'
import type { Tags } from '../model.ts'
import { Parameters } from '../request/parameters.ts'
import type { Resources } from '../resources.ts'

const most = 50
const characters = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u

/** Reads a list of tags. Refuses what AWS refuses. */
export function readTags(input: Parameters, name = 'Tags'): Tags {
  const tags: Tags = new Map()
  for (const tag of input.list(name)) {
    const key = tag.required('Key')
    const value = tag.text('Value') ?? ''
    if (tags.has(key)) throw new AwsError('DuplicateTagKeys', `Tag key was specified more than once: ${key}`)
    if (key === '' || key.length > 128 || !characters.test(key)) throw invalid(`The tag key '${key}' is not valid`)
    if (key.startsWith('aws:')) throw invalid(`The tag key '${key}' cannot begin with 'aws:'`)
    if (value.length > 256 || !characters.test(value)) throw invalid(`The value of tag '${key}' is not valid`)
    tags.set(key, value)
  }
  checkCount(tags)
  return tags
}

function checkCount(tags: Tags): void {
  if (tags.size > most)
    throw new AwsError('TooManyTags', `You've reached the limit on the number of tags per resource: ${most}`)
}

export function tagOperations(elb: ElbContext): Operations {
  return {
    AddTags: (members, caller) => {
      const input = new Parameters(members)
      const owners = input.texts('ResourceArns', 20).map((arn) => tagsOf(elb.accounts.get(caller), arn))
      const added = readTags(input)
      if (added.size === 0) throw input.missing('Tags')
      for (const tags of owners) checkCount(new Map([...tags, ...added]))
      for (const tags of owners) for (const [key, value] of added) tags.set(key, value)
      return {}
    },
    RemoveTags: (members, caller) => {
      const input = new Parameters(members)
      const owners = input.texts('ResourceArns', 20).map((arn) => tagsOf(elb.accounts.get(caller), arn))
      for (const tags of owners) for (const key of input.texts('TagKeys')) tags.delete(key)
      return {}
    },
    DescribeTags: (members, caller) => {
      const arns = new Parameters(members).texts('ResourceArns', 20)
      if (arns.length === 0) throw new Parameters(members).missing('ResourceArns')
      return {
        TagDescriptions: arns.map((arn) => ({
          ResourceArn: arn,
          Tags: tagList(tagsOf(elb.accounts.get(caller), arn)),
        })),
      }
    },
  }
}

const tagList = (tags: Tags): Members[] => [...tags].map(([Key, Value]) => ({ Key, Value }))

/** The tags of any resource of Elastic Load Balancing, by its ARN. */
function tagsOf(resources: Resources, arn: string): Tags {
  const { service, resource = '' } = parseArn(arn) ?? {}
  switch (service === 'elasticloadbalancing' ? resource.slice(0, resource.indexOf('/')) : '') {
    case 'loadbalancer':
      return found(resources.loadBalancers.get(arn), () => loadBalancersNotFound([arn]))
    case 'targetgroup':
      return found(resources.targetGroups.get(arn), targetGroupNotFound)
    case 'listener':
      return found(resources.listeners.get(arn), listenerNotFound)
    case 'listener-rule':
      return found(resources.rules.get(arn), ruleNotFound)
    default:
      throw invalid(`'${arn}' is not a valid load balancer, target group, listener or rule ARN`)
  }
}

function found(resource: { readonly tags: Tags } | undefined, refusal: () => AwsError): Tags {
  if (resource === undefined) throw refusal()
  return resource.tags
}
