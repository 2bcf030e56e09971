import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { code, join as paragraphs } from '../../../toolkit/markdown.ts'
import { sealApproval } from './approval.ts'
import { approvalNote } from './approval-comment.ts'
import { attributeLines } from './attribute-block.ts'
import { changesAsData, countKinds } from './changes.ts'
import { COMMENT_LIMIT, commentMarker, writeComment } from './comment.ts'
import { connect, githubError, orWarn, pullRequestOf } from './github.ts'
import { headline, type PlanView, planReport } from './plan-report.ts'
import { promotionNote } from './promotion-note.ts'
import type { Review } from './review.ts'
import { type Run, stackId, stackTitle } from './run.ts'
import { PLANNED_FILE } from './scratch.ts'

/** A summary may be longer, but a page of more is read by nobody and slow to show. */
const SUMMARY_SIZE = 256 * 1024
const LOG_LINES = 2000

/** Shows the plan everywhere that people and later steps look: outputs, log, summary, pull request. */
export async function publish(review: Review, run: Run): Promise<void> {
  setPlanOutputs(review, run)
  logPlan(review, run)
  const view = viewOf(review, run, await comparePromotion(review, run))
  run.world.report.summary(review.scrub(planReport(view, SUMMARY_SIZE)))
  await commentPlan(view, review, run)
}

function setPlanOutputs({ saved, hasChanges, changes, approval }: Review, { inputs, world: { report } }: Run): void {
  report.output('has-changes', hasChanges)
  report.output('plan-file', saved.file)
  report.output('changes', changesAsData(changes))
  report.output('counts', countKinds(changes))
  if (approval === undefined || inputs.approval.key === undefined) return
  report.output('fingerprint', approval.fingerprint)
  report.output('approval', sealApproval(approval, inputs.approval.key))
}

function logPlan({ changes, outputs, scrub }: Review, { world: { log } }: Run): void {
  const lines = [headline(changes, outputs).replaceAll('*', '')]
  for (const change of changes) {
    if (lines.length > LOG_LINES) {
      lines.push('… and more: the list above has every resource.')
      break
    }
    if (change.kind === 'read') continue
    lines.push(`${change.kind} ${change.address}`, ...attributeLines(change, 200).map((line) => `    ${line}`))
  }
  log.info(scrub(lines.join('\n')))
}

/** Writes down what this environment is to be, and compares it with another one where that is asked for. */
async function comparePromotion({ saved, scrub }: Review, { inputs, tf, world }: Run): Promise<string | undefined> {
  const { environment, workspace } = inputs.stack
  if (environment === undefined && inputs.compareWith === undefined) return undefined
  const { comparePlanned, parsePlanned, plannedOf } = await import('./promotion.ts')
  const here = plannedOf(saved.plan, environment ?? workspace ?? '')
  const file = join(tf.scratch, PLANNED_FILE)
  writeFileSync(file, scrub(JSON.stringify(here)), { mode: 0o600 })
  world.report.output('planned-file', file)
  if (inputs.compareWith === undefined) return undefined
  const there = parsePlanned(readFileSync(inputs.compareWith, 'utf8'), 'The file that `compare-with` names')
  const found = comparePlanned(JSON.parse(scrub(JSON.stringify(here))) as typeof here, there)
  world.report.output('promotion-differences', found)
  return promotionNote(found, there.environment)
}

function viewOf(
  { changes, outputs, drift, breaches, approval }: Review,
  run: Run,
  promotion: string | undefined,
): PlanView {
  const held = breaches.map(({ address, problem }) => `- ${code(address)}: ${problem}`)
  return {
    title: stackTitle(run),
    changes,
    outputs,
    drift,
    notes: [
      ...(held.length === 0 ? [] : [`⛔ **Held up by the guard rails**\n\n${held.slice(0, 50).join('\n')}`]),
      ...(promotion === undefined ? [] : [promotion]),
      ...(approval === undefined ? [] : [`Fingerprint ${code(approval.fingerprint)}`]),
    ],
  }
}

async function commentPlan(view: PlanView, { approval, scrub }: Review, run: Run): Promise<void> {
  const { github, approval: inputs } = run.inputs
  const pull = pullRequestOf(run.world.env)
  if (!github.comment || github.token === '' || pull === undefined) return
  const sealed =
    approval && inputs.key !== undefined
      ? sealApproval({ ...approval, pull: pull.number, head: pull.head }, inputs.key)
      : undefined
  const note = sealed === undefined ? undefined : (approvalNote(sealed) ?? TOO_LONG)
  const room = COMMENT_LIMIT - Buffer.byteLength(commentMarker(stackId(run))) - Buffer.byteLength(note ?? '') - 10
  const markdown = paragraphs(scrub(planReport(view, room)), note)
  await orWarn(run.world, async () => {
    const api = await connect(github.token, run.world.env)
    const url = await writeComment(api, pull.number, stackId(run), markdown).catch((error) => {
      throw githubError(error, `comment on pull request #${pull.number}`, 'pull-requests: write')
    })
    run.world.report.output('comment-url', url)
  })
}

const TOO_LONG =
  '_This plan is too large to be approved from a comment: pass its `approval` output on as `approved-plan`._'
