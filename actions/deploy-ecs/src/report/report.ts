import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DeployRecord } from '../../../../toolkit/deploy-record.ts'
import { errorMessage, SlipwayError } from '../../../../toolkit/errors.ts'
import { inParallel } from '../../../../toolkit/parallel.ts'
import { formatDuration } from '../../../../toolkit/text/duration.ts'
import { nameOf } from '../aws/service-name.ts'
import type { Context } from '../inputs/context.ts'
import { imagesToShow } from '../task-definition/images-to-ship.ts'
import { explain } from './explain.ts'
import { nextStep, POINTERS, STEPS } from './next-step.ts'
import { healthyTasks, type Outcome } from './outcome.ts'
import { readLabels, type Span, toRecord } from './record.ts'
import { type Explained, summarise } from './summary.ts'

/** Writes the outputs, the record and the summary. @throws SlipwayError unless the deploy succeeded. */
export async function report(context: Context, outcomes: readonly Outcome[], span: Span): Promise<void> {
  const { step, log } = context
  const record = toRecord(outcomes, context, span, await readLabels(context, outcomes))
  const recordLost = writeOutputs(context, outcomes, record, span)
  step.summary(summarise(await inParallel(outcomes, 4, (outcome) => explained(context, outcome)), span))
  if (record.verdict === 'succeeded') {
    const lines = outcomes.map(verdictLine)
    log.info(lines.join('\n'))
    if (recordLost !== undefined) throw new SlipwayError([...lines, recordLost].join('\n'))
    return
  }
  if (recordLost !== undefined) log.warning(recordLost)
  throw failure(outcomes, record.verdict)
}

const verdictLine = ({ plan, verdict }: Outcome) => `${nameOf(plan.name)}: ${verdict.status}. ${verdict.reason}`

/** The error of the step: the services that did not succeed, each with its verdict, evidence and what to do; then the others. */
function failure(outcomes: readonly Outcome[], verdict: Exclude<DeployRecord['verdict'], 'succeeded'>): SlipwayError {
  // The first line is what GitHub shows first.
  const [well, badly] = [true, false].map((isWell) =>
    outcomes.filter(({ verdict }) => (verdict.status === 'succeeded') === isWell),
  )
  const lines = [
    ...(badly ?? []).flatMap((outcome) => {
      const { evidence } = outcome.verdict
      const next = outcomes.length > 1 ? nextStep(outcome.verdict) : undefined
      const more = [...evidence, ...(next === undefined ? [] : [`Next: ${next}`])]
      return [verdictLine(outcome), ...more.map((line) => `  ${line}`)]
    }),
    ...(well ?? []).map(verdictLine),
  ]
  const [only] = outcomes
  const next = outcomes.length === 1 && only !== undefined ? nextStep(only.verdict) : undefined
  const general = [POINTERS[verdict], STEPS[verdict]].filter((text) => text !== undefined).join(' ')
  // An error of AWS in the evidence has its own next step.
  const isKnown = lines.some((line) => /^\s*Next: /m.test(line))
  return new SlipwayError(lines.join('\n'), isKnown ? {} : { hint: next ?? general })
}

async function explained(context: Context, outcome: Outcome): Promise<Explained> {
  const explanation = await explain(context, outcome)
  return explanation === undefined ? outcome : { ...outcome, explanation }
}

/** @returns a sentence when the record could not be written to its file, as on a full disk. */
function writeOutputs(
  { step, env, log, inputs }: Context,
  outcomes: readonly Outcome[],
  record: DeployRecord,
  { startedAt, finishedAt }: Span,
): string | undefined {
  // A string for one service, as in AWS's action; a list for several.
  const ofEach = (value: (outcome: Outcome) => string | number | undefined) => {
    const values = outcomes.map((outcome) => value(outcome) ?? '')
    return values.length === 1 ? values[0] : values
  }
  // Two deploys of one job share the folder, so the name has the id.
  const file = inputs.recordFile ?? join(env['RUNNER_TEMP'] || '.', `deploy-record-${record.deployId}.json`)
  step.output('verdict', record.verdict)
  step.output(
    'task-definition-arn',
    ofEach(({ taskDefinition }) => taskDefinition),
  )
  step.output(
    'previous-task-definition-arn',
    ofEach(({ plan }) => plan.before.taskDefinition),
  )
  step.output(
    'service-deployment-arn',
    ofEach(({ watch }) => watch?.serviceDeploymentArn),
  )
  step.output('healthy-tasks', ofEach(healthyTasks))
  step.output('images', imagesOf(outcomes))
  step.output('duration', Math.round((finishedAt - startedAt) / 1000))
  step.output('deploy-record', record)
  try {
    writeFileSync(file, `${JSON.stringify(record, undefined, 2)}\n`)
  } catch (error) {
    return `The deploy record could not be written to \`${file}\`: ${errorMessage(error)}.`
  }
  step.output('deploy-record-file', file)
  log.debug(`Took ${formatDuration(finishedAt - startedAt)}; the record is in ${file}.`)
  return undefined
}

/** `container=image`, each once. */
const imagesOf = (outcomes: readonly Outcome[]): readonly string[] => [
  ...new Set(
    outcomes.flatMap(({ plan }) => imagesToShow(plan.shipped).map(({ container, image }) => `${container}=${image}`)),
  ),
]
