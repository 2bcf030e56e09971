import { PolicyError, parsePolicy } from '../../iam/policy.ts'
import type { Caller, Members, Operations } from '../../kernel/call.ts'
import type { Clock } from '../../kernel/clock.ts'
import { invalidParameter, lifecyclePolicyNotFound, policyNotFound } from '../errors.ts'
import type { Repository } from '../model.ts'
import type { Repositories } from '../repositories.ts'
import { repositoryName, required, scopeOf } from './input.ts'

/** Repository policies and lifecycle policies. Lifecycle policies are stored but have no effect. */
export function policyOperations(repositories: Repositories, clock: Clock): Operations {
  const open = (input: Members, caller: Caller, action: string) =>
    repositories.open(scopeOf(input, caller), repositoryName(input), caller, action)

  return {
    SetRepositoryPolicy: (input, caller) => {
      const repository = open(input, caller, 'SetRepositoryPolicy')
      const policy = policyText(input)
      repository.policy = policy
      return { ...named(repository), policyText: policy }
    },

    GetRepositoryPolicy: (input, caller) => {
      const repository = open(input, caller, 'GetRepositoryPolicy')
      if (repository.policy === undefined) throw policyNotFound(repository)
      return { ...named(repository), policyText: repository.policy }
    },

    DeleteRepositoryPolicy: (input, caller) => {
      const repository = open(input, caller, 'DeleteRepositoryPolicy')
      if (repository.policy === undefined) throw policyNotFound(repository)
      const policyText = repository.policy
      repository.policy = undefined
      return { ...named(repository), policyText }
    },

    PutLifecyclePolicy: (input, caller) => {
      const repository = open(input, caller, 'PutLifecyclePolicy')
      const text = json(input, 'lifecyclePolicyText')
      repository.lifecycle = { text, evaluatedAt: clock.now() }
      return { ...named(repository), lifecyclePolicyText: text }
    },

    GetLifecyclePolicy: (input, caller) => {
      const repository = open(input, caller, 'GetLifecyclePolicy')
      return lifecycle(repository)
    },

    DeleteLifecyclePolicy: (input, caller) => {
      const repository = open(input, caller, 'DeleteLifecyclePolicy')
      const answer = lifecycle(repository)
      repository.lifecycle = undefined
      return answer
    },
  }
}

const named = ({ scope, name }: Repository) => ({ registryId: scope.account, repositoryName: name })

function lifecycle(repository: Repository): Members {
  if (repository.lifecycle === undefined) throw lifecyclePolicyNotFound(repository)
  const { text, evaluatedAt } = repository.lifecycle
  return { ...named(repository), lifecyclePolicyText: text, lastEvaluatedAt: new Date(evaluatedAt) }
}

function policyText(input: Members): string {
  const text = json(input, 'policyText')
  try {
    parsePolicy(text)
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error
    throw invalidParameter('PolicyText', `Invalid repository policy provided. ${error.message}`)
  }
  return text
}

function json(input: Members, member: string): string {
  const text = required(input, member)
  try {
    JSON.parse(text)
  } catch (error) {
    throw invalidParameter(member, `Invalid JSON: ${error instanceof Error ? error.message : error}`)
  }
  return text
}
