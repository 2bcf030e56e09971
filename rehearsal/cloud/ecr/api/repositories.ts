import { parseArn } from '../../kernel/arn.ts'
import type { Members, Operations } from '../../kernel/call.ts'
import { invalidParameter, repositoryNotFound } from '../errors.ts'
import type { ExclusionFilter, Mutability, Repository } from '../model.ts'
import type { Repositories } from '../repositories.ts'
import { objects, page, repositoryName, scopeOf, strings, text } from './input.ts'

const MUTABILITIES: readonly string[] = [
  'MUTABLE',
  'IMMUTABLE',
  'MUTABLE_WITH_EXCLUSION',
  'IMMUTABLE_WITH_EXCLUSION',
] satisfies Mutability[]

/** Operations on repositories and their settings. */
export function repositoryOperations(repositories: Repositories): Operations {
  const open = (input: Members, caller: Parameters<Operations[string]>[1], action: string) =>
    repositories.open(scopeOf(input, caller), repositoryName(input), caller, action)

  return {
    CreateRepository: async (input, caller) => {
      const scanning = (input['imageScanningConfiguration'] ?? {}) as { scanOnPush?: boolean }
      const encryption = (input['encryptionConfiguration'] ?? { encryptionType: 'AES256' }) as Members
      const repository = await repositories.create(scopeOf(input, caller), repositoryName(input), {
        ...mutability(input),
        scanOnPush: scanning.scanOnPush === true,
        encryption,
        resourceTags: readTags(input),
      })
      return { repository: describe(repository) }
    },

    DescribeRepositories: (input, caller) => {
      const scope = scopeOf(input, caller)
      const names = strings(input, 'repositoryNames')
      if (names.length === 0) {
        const { items, next } = page(repositories.all(scope), input)
        return { repositories: items.map(describe), ...next }
      }
      return {
        repositories: names.map((name) => describe(repositories.open(scope, name, caller, 'DescribeRepositories'))),
      }
    },

    DeleteRepository: (input, caller) => {
      const repository = open(input, caller, 'DeleteRepository')
      repositories.delete(repository, input['force'] === true)
      return { repository: describe(repository) }
    },

    PutImageTagMutability: (input, caller) => {
      const repository = open(input, caller, 'PutImageTagMutability')
      Object.assign(repository, mutability(input))
      return {
        registryId: repository.scope.account,
        repositoryName: repository.name,
        imageTagMutability: repository.mutability,
        ...exclusions(repository),
      }
    },

    PutImageScanningConfiguration: (input, caller) => {
      const repository = open(input, caller, 'PutImageScanningConfiguration')
      const scanning = (input['imageScanningConfiguration'] ?? {}) as { scanOnPush?: boolean }
      repository.scanOnPush = scanning.scanOnPush === true
      return {
        registryId: repository.scope.account,
        repositoryName: repository.name,
        imageScanningConfiguration: { scanOnPush: repository.scanOnPush },
      }
    },

    TagResource: (input, caller) => {
      const repository = byArn(repositories, input, caller.account)
      for (const [key, value] of readTags(input)) repository.resourceTags.set(key, value)
      return {}
    },

    UntagResource: (input, caller) => {
      const repository = byArn(repositories, input, caller.account)
      for (const key of strings(input, 'tagKeys')) repository.resourceTags.delete(key)
      return {}
    },

    ListTagsForResource: (input, caller) => ({
      tags: [...byArn(repositories, input, caller.account).resourceTags].map(([Key, Value]) => ({ Key, Value })),
    }),
  }
}

function describe(repository: Repository): Members {
  return {
    repositoryArn: repository.arn,
    registryId: repository.scope.account,
    repositoryName: repository.name,
    repositoryUri: repository.uri,
    createdAt: new Date(repository.createdAt),
    imageTagMutability: repository.mutability,
    ...exclusions(repository),
    imageScanningConfiguration: { scanOnPush: repository.scanOnPush },
    encryptionConfiguration: repository.encryption,
  }
}

const exclusions = ({ exclusions }: Repository) =>
  exclusions.length === 0 ? {} : { imageTagMutabilityExclusionFilters: exclusions }

function mutability(input: Members): Pick<Repository, 'mutability' | 'exclusions'> {
  const given = text(input, 'imageTagMutability') ?? 'MUTABLE'
  if (!MUTABILITIES.includes(given)) {
    throw invalidParameter('imageTagMutability', `must satisfy enum value set: [${MUTABILITIES.join(', ')}]`)
  }
  return {
    mutability: given as Mutability,
    exclusions: objects(input, 'imageTagMutabilityExclusionFilters') as unknown as readonly ExclusionFilter[],
  }
}

const readTags = (input: Members) =>
  new Map(objects(input, 'tags').map(({ Key, Value }) => [String(Key), String(Value ?? '')]))

function byArn(repositories: Repositories, input: Members, account: string): Repository {
  const arn = text(input, 'resourceArn') ?? ''
  const { service, region = '', account: owner = '', resource = '' } = parseArn(arn) ?? {}
  const [, name = ''] = /^repository\/(.+)$/.exec(resource) ?? []
  if (service !== 'ecr' || region === '' || owner === '' || name === '') {
    throw invalidParameter('resourceArn', 'must be of the form arn:aws:ecr:REGION:ACCOUNT:repository/NAME')
  }
  const repository = owner === account ? repositories.find({ account, region }, name) : undefined
  if (repository === undefined) throw repositoryNotFound(name, owner)
  return repository
}
