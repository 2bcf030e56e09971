import { connect, githubError, orWarn } from '../github/github.ts'
import { makePlan } from '../operations/plan.ts'
import { attributesOf, type Change } from '../plan-json/changes.ts'
import { diffValues, isUnder, type Path, type Shown } from '../plan-json/value-diff.ts'
import { issueMarker, keepIssue } from '../report/drift-issue.ts'
import { driftReport } from '../report/drift-report.ts'
import { review } from '../review/review.ts'
import { type Run, stackId, stackTitle } from '../state/stack.ts'

/** How far the infrastructure is from the configuration, and whose doing that is. */
export interface Drift {
  /** Changed outside Terraform. */
  readonly outside: readonly Change[]
  /** In the configuration, and not applied yet. */
  readonly pending: readonly Change[]
}

/** Plans, and tells what was changed outside Terraform from what is not applied yet. Changes nothing. */
export async function drift(run: Run): Promise<void> {
  const { log, step } = run.world
  const { changes, drift: drifted, scrub } = review(await makePlan(run), run)
  const found = classifyDrift(changes, drifted)
  step.output('drift', addresses(found.outside).map(scrub))
  step.output('pending', addresses(found.pending).map(scrub))
  const markdown = driftReport(stackTitle(run), found, scrub)
  step.summary(markdown)
  for (const { address, kind } of found.outside)
    log.warning(`${scrub(address)} was ${kind === 'delete' ? 'deleted' : 'changed'} outside Terraform.`)
  for (const { address, kind } of found.pending) log.info(`Not applied yet: ${kind} ${scrub(address)}`)
  if (found.outside.length === 0) log.info('No drift.')
  if (run.inputs.driftIssue) await keepDriftIssue(found, markdown, run)
}

/**
 * A change that only takes back what was changed outside is that drift; any other change is the configuration's own.
 * Drift without an attribute to show is none.
 */
export function classifyDrift(changes: readonly Change[], drifted: readonly Change[]): Drift {
  const outside = drifted.filter(({ kind, resource }) => kind !== 'update' || !attributesOf(resource).next().done)
  const byAddress = new Map(outside.map((change) => [change.address, change]))
  const pending = changes.filter((change) => {
    const drift = byAddress.get(change.address)
    return change.kind !== 'read' && (drift === undefined || !takesBack(change, drift))
  })
  return { outside, pending }
}

/** Whether a change brings back what was before the drift, and does nothing else. */
function takesBack(change: Change, drift: Change): boolean {
  const unlike = unlikeBefore(change, drift)
  if (drift.kind === 'delete') return change.kind === 'create' && unlike.length === 0
  // What drifted and is left as it is, such as a computed attribute, is none of the change.
  const changed = [...attributesOf(change.resource)].map(({ path }) => path)
  return !unlike.some((path) => changed.some((other) => isUnder(path, other) || isUnder(other, path)))
}

/** Where a change leads to something else than what was there before the drift; what it leaves open may become just that. */
function unlikeBefore({ resource: { change } }: Change, { resource: { change: drift } }: Change): readonly Path[] {
  const differences = diffValues({
    before: drift.before,
    after: change.after,
    unknown: change.after_unknown,
    beforeSensitive: drift.before_sensitive,
    afterSensitive: change.after_sensitive,
  })
  return [...differences]
    .filter(({ before, after }) => after.kind !== 'unknown' && !(isNothing(before) && isNothing(after)))
    .map(({ path }) => path)
}

/** Providers keep an empty text, `false` or 0 where the configuration says nothing. */
const isNothing = (side: Shown): boolean => side.kind === 'absent' || (side.kind === 'value' && !side.value)

const addresses = (changes: readonly Change[]) => changes.map(({ address }) => address)

/** The issue is about what was changed outside. What is pending is shown in it, and neither opens it nor keeps it open. */
async function keepDriftIssue({ outside }: Drift, markdown: string, run: Run): Promise<void> {
  const body = `${issueMarker(stackId(run))}\n${markdown}`
  await orWarn(run.world, async () => {
    const issue = {
      id: stackId(run),
      title: `Terraform drift: ${stackTitle(run)}`,
      body: outside.length === 0 ? undefined : body,
    }
    await keepIssue(await connect(run.inputs.github.token, run.world.env), issue).catch((error) => {
      throw githubError(error, 'keep the drift issue', 'issues: write')
    })
  })
}
