// Checks the tag that deploy.yml adds to an image after a healthy deploy, and only then.
import type { Entry } from './journal.ts'

/** The tag for a healthy deploy, such as `stage-<sha>`. The next environment promotes by it. */
export const healthyTag = (environment: string, sha: string): string => `${environment}-${sha}`

/** Problems with the tag of a healthy deploy. `entries` are the journal's since the deploy began. */
export function checkHealthyTag(entries: readonly Entry[], tag: string): string[] {
  const put = pushesOf(entries, tag)[0]
  if (put === undefined) return [`its image was not tagged ${tag}, although the deploy was healthy`]
  const healthy = entries.findLast(
    ({ type, ...entry }) => type === 'service-deployment' && entry['status'] === 'SUCCESSFUL',
  )
  return healthy !== undefined && healthy.seq < put.seq
    ? []
    : [`its image was tagged ${tag} before the deploy was healthy`]
}

/** Problems with the tag of a deploy that was not healthy or was rolled back: it must not have one. */
export const checkNoHealthyTag = (entries: readonly Entry[], tag: string): string[] =>
  pushesOf(entries, tag).length === 0 ? [] : [`its image was tagged ${tag}, although the deploy was not healthy`]

const pushesOf = (entries: readonly Entry[], tag: string) =>
  entries.filter(({ type, ...entry }) => type === 'registry' && entry['method'] === 'PUT' && entry['reference'] === tag)
