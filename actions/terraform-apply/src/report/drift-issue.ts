// One issue per stack and environment: opened when there is drift, updated while there is, closed when it is gone.
import type { GitHub } from '../github/github.ts'
import { limitPages } from '../github/pages.ts'

const LABEL = 'terraform-drift'

export const issueMarker = (stack: string): string => `<!-- slipway:drift ${stack.replaceAll('--', '- -')} -->`

export interface DriftIssue {
  /** `stackId` of the stack. */
  readonly id: string
  readonly title: string
  /** `undefined` when there is no drift. */
  readonly body: string | undefined
}

/** Opens, updates or closes the issue of a stack. */
export async function publishDriftIssue(github: GitHub, { id, title, body }: DriftIssue): Promise<void> {
  const { rest, owner, repo } = github
  const { issues } = rest.rest
  const open = await findIssue(github, id)
  if (body === undefined) {
    if (open === undefined) return
    await issues.createComment({ owner, repo, issue_number: open, body: 'The drift is gone.' })
    await issues.update({ owner, repo, issue_number: open, state: 'closed', state_reason: 'completed' })
  } else if (open === undefined) await issues.create({ owner, repo, title, body, labels: [LABEL] })
  else await issues.update({ owner, repo, issue_number: open, title, body })
}

async function findIssue({ rest, owner, repo }: GitHub, id: string): Promise<number | undefined> {
  const pages = rest.paginate.iterator(rest.rest.issues.listForRepo, { owner, repo, labels: LABEL, per_page: 100 })
  for await (const { data } of limitPages('issues about drift', pages)) {
    const found = data.find(({ body }) => body?.startsWith(issueMarker(id)))
    if (found !== undefined) return found.number
  }
  return undefined
}
