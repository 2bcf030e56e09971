import { block, code, heading, join, text } from '../../../../toolkit/text/markdown.ts'
import { nameOf } from '../aws/service-name.ts'
import { revisionName } from '../aws/short-names.ts'
import type { Context } from '../inputs/context.ts'
import type { Inputs } from '../inputs/inputs.ts'
import type { Preview } from '../prepare/preview.ts'
import { withScaling } from '../task-definition/desired-count.ts'
import { type Difference, describeDifference, diffService, diffTaskDefinitions } from '../task-definition/diff.ts'
import type { ServicePlan } from '../task-definition/service-plan.ts'

/** Reports what a deploy would change, in the log and the summary. */
export function reportPlan({ log, step, inputs }: Context, previews: readonly Preview[]): void {
  const what = inputs.command === 'verify' ? 'Verified' : 'Dry run'
  for (const preview of previews) {
    log.info(`${nameOf(preview.plan.name)}, compared with ${currentName(preview.plan)}:`)
    for (const line of linesOf(inputs, preview)) log.info(`  ${line}`)
  }
  log.info('All checks passed. Nothing was changed.')
  step.summary(
    join(
      heading(2, `🔍 ${what}: ${previews.map(({ plan }) => text(plan.name.service)).join(', ')}`),
      ...previews.map((preview) =>
        join(
          heading(3, text(nameOf(preview.plan.name))),
          `Compared with ${code(currentName(preview.plan))}:`,
          block(linesOf(inputs, preview).join('\n'), 'diff'),
        ),
      ),
      '_All checks passed. Nothing was changed._',
    ),
  )
}

function linesOf(inputs: Inputs, { plan, current, movedTag }: Preview): readonly string[] {
  const revision = diffTaskDefinitions(current, plan.revision.registration, inputs)
  const changes = withScaling(inputs.serviceChanges, plan.scaling)
  const differences: readonly Difference[] = [
    ...revision,
    ...diffService(plan.before, changes).map((one) => ({ ...one, path: `service.${one.path}` })),
  ]
  const lines = [
    ...differences.map(describeDifference),
    ...(revision.length === 0 && movedTag !== undefined ? [`new tasks of the same revision: ${movedTag}`] : []),
  ]
  return lines.length === 0 ? ['no changes'] : lines
}

const currentName = ({ before }: ServicePlan) => revisionName(before.taskDefinition ?? 'nothing')
