import { attributesOf, type Change } from './changes.ts'
import { issueMarker, keepIssue } from './drift-issue.ts'
import { driftReport } from './drift-report.ts'
import { connect, githubError, orWarn } from './github.ts'
import { makePlan } from './plan.ts'
import { review } from './review.ts'
import { type Run, stackId, stackTitle } from './run.ts'
import { isUnder } from './values.ts'

/** How far the infrastructure is from the configuration, and whose doing that is. */
export interface Drift {
  /** Changed outside Terraform. */
  readonly outside: readonly Change[]
  /** In the configuration, and not applied yet. */
  readonly pending: readonly Change[]
}

/** Plans, and tells what was changed outside Terraform from what is not applied yet. Changes nothing. */
export async function drift(run: Run): Promise<void> {
  const { log, report } = run.world
  const { changes, drift: drifted, scrub } = review(await makePlan(run), run)
  const found = classifyDrift(changes, drifted)
  report.output('drift', addresses(found.outside))
  report.output('pending', addresses(found.pending))
  const markdown = scrub(driftReport(stackTitle(run), found))
  report.summary(markdown)
  for (const { address, kind } of found.outside)
    log.warning(`${address} was ${kind === 'delete' ? 'deleted' : 'changed'} outside Terraform.`)
  for (const { address, kind } of found.pending) log.info(`Not applied yet: ${kind} ${address}`)
  if (found.outside.length + found.pending.length === 0) log.info('No drift.')
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

function takesBack(change: Change, drift: Change): boolean {
  if (drift.kind === 'delete') return change.kind === 'create'
  const drifted = [...attributesOf(drift.resource)].map(({ path }) => path)
  return [...attributesOf(change.resource)].every(
    ({ path, after }) =>
      after.kind === 'unknown' || drifted.some((other) => isUnder(path, other) || isUnder(other, path)),
  )
}

const addresses = (changes: readonly Change[]) => changes.map(({ address }) => address)

async function keepDriftIssue({ outside, pending }: Drift, markdown: string, run: Run): Promise<void> {
  const body = `${issueMarker(stackId(run))}\n${markdown}`
  await orWarn(run.world, async () => {
    const issue = {
      id: stackId(run),
      title: `Terraform drift: ${stackTitle(run)}`,
      body: outside.length + pending.length === 0 ? undefined : body,
    }
    await keepIssue(await connect(run.inputs.github.token, run.world.env), issue).catch((error) => {
      throw githubError(error, 'keep the drift issue', 'issues: write')
    })
  })
}
