import { inParallel } from '../../../../toolkit/parallel.ts'
import type { AwsCalls } from '../aws/aws-calls.ts'
import { isRefusal } from '../aws/errors.ts'
import { familyOf, revisionNumber } from '../aws/short-names.ts'
import { describeTaskDefinition, isDeployable, type Revision } from '../aws/task-definitions.ts'
import { toRegistration } from '../task-definition/registration.ts'
import { sameRegistration } from '../task-definition/same-registration.ts'

/** How many older revisions are compared with the current one. */
const MOST = 20
const AT_ONCE = 4

/**
 * The deregistered revisions, among `others`, that `current` has the content of. A rollback registers such a revision again, so
 * in the history of a service they are one revision.
 */
export async function registeredAgain(
  aws: AwsCalls,
  current: string,
  others: readonly string[],
): Promise<ReadonlySet<string>> {
  const older = [...new Set(others)].filter(
    (other) => familyOf(other) === familyOf(current) && revisionNumber(other) < revisionNumber(current),
  )
  if (older.length === 0) return new Set()
  try {
    const now = await describeTaskDefinition(aws, current)
    const revisions = await inParallel(older.slice(-MOST), AT_ONCE, async (arn) => ({
      arn,
      revision: await describeTaskDefinition(aws, arn),
    }))
    const copies = revisions.filter(
      ({ revision }) => now !== undefined && revision !== undefined && !isDeployable(revision) && isSame(revision, now),
    )
    return new Set(copies.map(({ arn }) => arn))
  } catch (error) {
    if (isRefusal(error)) return new Set()
    throw error
  }
}

const isSame = (a: Revision, b: Revision): boolean =>
  sameRegistration(toRegistration(a.taskDefinition, a.tags), toRegistration(b.taskDefinition, b.tags))
