import type { Caller, Members, Scope } from '../../kernel/call.ts'
import { invalidParameter } from '../errors.ts'
import type { ImageId } from '../model.ts'

// Reads members of a request. Throws ECR's errors for invalid ones.

export function required(input: Members, member: string): string {
  const value = text(input, member)
  if (value === undefined) throw invalidParameter(member, 'must not be null')
  return value
}

export function text(input: Members, member: string): string | undefined {
  const value = input[member]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw invalidParameter(member, 'must be a string')
  return value
}

export function objects(input: Members, member: string): readonly Members[] {
  const value = input[member] ?? []
  if (!Array.isArray(value)) throw invalidParameter(member, 'must be a list')
  return value as readonly Members[]
}

export function strings(input: Members, member: string): readonly string[] {
  return (objects(input, member) as readonly unknown[]).map(String)
}

const NAME = /^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/

export function repositoryName(input: Members): string {
  const name = required(input, 'repositoryName')
  if (name.length < 2 || name.length > 256) {
    throw invalidParameter('repositoryName', 'must have length between 2 and 256, inclusive')
  }
  if (!NAME.test(name)) throw invalidParameter('repositoryName', `must satisfy regular expression '${NAME.source}'`)
  return name
}

export function imageId(value: unknown, member = 'imageId'): ImageId {
  const { imageDigest, imageTag } = (value ?? {}) as ImageId
  if (imageDigest === undefined && imageTag === undefined) {
    throw invalidParameter(member, 'must have an imageDigest or an imageTag')
  }
  return {
    ...(imageDigest === undefined ? {} : { imageDigest }),
    ...(imageTag === undefined ? {} : { imageTag }),
  }
}

/** Account and region of the registry: `registryId`, else the caller's own. */
export const scopeOf = (input: Members, { account, region }: Caller): Scope => ({
  account: text(input, 'registryId') ?? account,
  region,
})

/** One page of `items`, and the token for the next one. */
export function page<T>(items: readonly T[], input: Members): { readonly items: readonly T[]; readonly next: object } {
  const size = Number(input['maxResults'] ?? 100)
  const start = Number(Buffer.from(text(input, 'nextToken') ?? '', 'base64').toString() || 0)
  if (!Number.isInteger(start)) throw invalidParameter('nextToken', 'must be a token that this operation gave')
  const end = start + size
  const next = end < items.length ? { nextToken: Buffer.from(String(end)).toString('base64') } : {}
  return { items: items.slice(start, end), next }
}
