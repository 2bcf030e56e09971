// Checks that prod refuses a tag of a commit that was not healthy on stage: early, and without any change.
import type { Entry } from './journal.ts'

/** Services needed to look up an image: STS to assume the role, ECR to log in. */
const readOnly = new Set(['sts', 'ecr'])

/** Problems with a refusal. `entries` are the journal's since the run began. */
export function checkRefusedRelease(entries: readonly Entry[], conclusion: string): string[] {
  const calls = entries.filter(({ type }) => type === 'api' || type === 's3')
  const others = calls.filter((entry) => !readOnly.has(String(entry['service'])))
  const looked = entries.some(({ type, ...entry }) => type === 'registry' && entry['what'] === 'manifest')
  const wrong = [
    conclusion === 'failure' ? undefined : `it ended with ${conclusion}, although its commit was not healthy on stage`,
    looked ? undefined : 'its image was not looked up in any registry',
    others[0] === undefined
      ? undefined
      : `${others.length} calls were made before it was refused, such as ${others[0]['service']}:${others[0]['action']}`,
  ]
  return wrong.filter((problem) => problem !== undefined)
}
