import { SlipwayError } from '../../../../toolkit/errors.ts'
import type { Context } from '../inputs/context.ts'
import type { LoadedTaskDefinition } from '../task-definition/load-task-definition.ts'
import type { ServicePlan } from '../task-definition/service-plan.ts'

/**
 * Warns of members that new revisions will not have, because the SDK does not know them. A revision that is deployed unchanged keeps its own.
 * @throws SlipwayError with `unknown-members: refuse`
 */
export function reportUnknownMembers(
  { inputs, log }: Pick<Context, 'inputs' | 'log'>,
  plans: readonly ServicePlan[],
): void {
  const bases = plans.flatMap(({ revision }) => (revision.arn === undefined ? [revision.base] : []))
  const sentences = [...new Set(bases)].flatMap(sentencesFor)
  if (sentences.length === 0) return
  if (inputs.unknownMembers === 'refuse') {
    throw new SlipwayError(sentences.join('\n'), {
      hint: 'Correct a typing error, or use a newer version of this action. To deploy without these members, set `unknown-members: warn`.',
    })
  }
  for (const sentence of sentences) log.warning(sentence)
}

const sentencesFor = ({ unknown, source }: LoadedTaskDefinition): readonly string[] =>
  unknown.map((path) => `This action does not know \`${path}\` in ${source}: the new revision is without it.`)
