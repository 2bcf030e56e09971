import type { WorkflowRun } from '../../../../toolkit/github.ts'
import { cut } from '../../../../toolkit/text/cut.ts'

/** Named as aws-actions/configure-aws-credentials names them, so that policies written for it hold here too. */
export const SESSION_TAG_KEYS = ['GitHub', 'Repository', 'Workflow', 'Actor', 'Commit', 'Branch', 'RunId'] as const

export interface SessionTag {
  readonly Key: string
  readonly Value: string
}

/** Session tags from the run, for IAM policies and CloudTrail. */
export function sessionTags(run: WorkflowRun): readonly SessionTag[] {
  const values: Readonly<Record<(typeof SESSION_TAG_KEYS)[number], string>> = {
    GitHub: 'Actions',
    Repository: run.repository,
    Workflow: run.workflow,
    Actor: run.actor,
    Commit: run.sha,
    Branch: run.refName,
    RunId: run.id,
  }
  return SESSION_TAG_KEYS.filter((key) => values[key] !== '').map((Key) => ({ Key, Value: asTagValue(values[Key]) }))
}

/** Replaces characters that STS refuses: `dependabot[bot]` becomes `dependabot_bot_`. */
const asTagValue = (value: string) => cut(value.replace(/[^\p{L}\p{Z}\p{N}_.:/=+\-@]/gu, '_'), 256)
