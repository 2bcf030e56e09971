import { CancelledError, InputError, SlipwayError } from '../../../../toolkit/errors.ts'
import { revisionName } from '../aws/short-names.ts'
import type { Context } from '../inputs/context.ts'
import { type LoadedTaskDefinition, loadRevision } from '../task-definition/load-task-definition.ts'
import type { ServicePlan } from '../task-definition/service-plan.ts'
import { refuseGoneImages } from './rollback-images.ts'

/** A revision to go back to. */
export interface RollbackCandidate {
  /** ARN, or `family:revision`. */
  readonly target: string
  readonly base: LoadedTaskDefinition
}

type CandidateContext = Pick<Context, 'aws' | 'env' | 'region' | 'log'>
type Found = Pick<ServicePlan, 'name' | 'before'>

/**
 * The first of these revisions that tasks can be started from: ECS still has it, and ECR its images. Warns of each that it skips.
 * @throws SlipwayError for the first one where none can
 */
export async function firstCandidate(
  context: CandidateContext,
  found: Found,
  targets: readonly string[],
): Promise<RollbackCandidate> {
  const skipped: SlipwayError[] = []
  for (const [index, target] of targets.entries()) {
    const candidate = await tryCandidate(context, found, target)
    if (!(candidate instanceof SlipwayError)) return candidate
    skipped.push(candidate)
    const next = targets[index + 1]
    if (next !== undefined) context.log.warning(`${candidate.message} Going back to ${revisionName(next)}.`)
  }
  throw skipped[0] ?? new SlipwayError('No older revision is known.')
}

/** The revision that `rollback-to` names. @throws SlipwayError when no tasks can be started from it */
export async function namedCandidate(
  context: CandidateContext,
  found: Found,
  target: string,
): Promise<RollbackCandidate> {
  const base = await loadRevision(context.aws, 'rollback-to', target)
  await refuseGoneImages(context, found, target, base)
  return { target, base }
}

/** The error of a revision that is gone, or that has images that are. @throws any other error */
async function tryCandidate(
  context: CandidateContext,
  found: Found,
  target: string,
): Promise<RollbackCandidate | SlipwayError> {
  let base: LoadedTaskDefinition
  try {
    base = await loadRevision(context.aws, 'service', target)
  } catch (error) {
    if (error instanceof InputError) return error
    throw error
  }
  try {
    await refuseGoneImages(context, found, target, base)
  } catch (error) {
    if (error instanceof SlipwayError && !(error instanceof CancelledError)) return error
    throw error
  }
  return { target, base }
}
