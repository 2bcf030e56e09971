import type { Repository } from '../../../../toolkit/image-reference.ts'
import type { EcrRegistry } from './ecr.ts'
import type { Registry } from './registry.ts'

/** A destination that passed the preflight checks, in its state before the push. */
export interface ReadyDestination {
  readonly repository: Repository
  readonly registry: Registry
  readonly ecr: EcrRegistry | undefined
  readonly tags: readonly TagState[]
}

export interface TagState {
  readonly tag: string
  /** Digest that the tag stands for before the push; `undefined` when the tag does not exist. */
  readonly current: string | undefined
  /** Whether the registry will refuse to move the tag. Only ECR says so before a push. */
  readonly immutable: boolean
}
