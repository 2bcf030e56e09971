import type { Repository } from '../../../../toolkit/image-reference.ts'
import type { EcrRegistry } from './ecr.ts'
import type { Registry } from './registry.ts'

/** A destination that was found fit to be pushed to, as it was before. */
export interface ReadyDestination {
  readonly repository: Repository
  readonly registry: Registry
  readonly ecr: EcrRegistry | undefined
  readonly tags: readonly TagState[]
}

export interface TagState {
  readonly tag: string
  /** What the tag stands for now; `undefined` when it is free. */
  readonly current: string | undefined
  /** Whether the registry will refuse to move it. Only ECR says so beforehand. */
  readonly immutable: boolean
}
