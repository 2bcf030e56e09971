// Whether an image was marked as healthy in an environment: once its deploy was, and only then.
import type { Entry } from './journal.ts'

/** The tag that deploy.yml puts last, and by which the next environment promotes. */
export const markOf = (environment: string, sha: string): string => `${environment}-${sha}`

/** What is wrong with the mark of a deploy that was healthy, by the entries of the journal since it began. */
export function judgeMark(entries: readonly Entry[], mark: string): string[] {
  const put = marksIn(entries, mark)[0]
  if (put === undefined) return [`its image was never tagged ${mark}, though it was healthy`]
  const healthy = entries.findLast(
    ({ type, ...entry }) => type === 'service-deployment' && entry['status'] === 'SUCCESSFUL',
  )
  return healthy !== undefined && healthy.seq < put.seq ? [] : [`its image was tagged ${mark} before it was healthy`]
}

/** What is wrong where a deploy was not, or did not stay, healthy. */
export const judgeNoMark = (entries: readonly Entry[], mark: string): string[] =>
  marksIn(entries, mark).length === 0 ? [] : [`its image was tagged ${mark}, though it was not healthy`]

const marksIn = (entries: readonly Entry[], mark: string) =>
  entries.filter(
    ({ type, ...entry }) => type === 'registry' && entry['method'] === 'PUT' && entry['reference'] === mark,
  )
