// Whether a tag of a commit that stage never ran was refused as it should be: early, and with nothing changed in prod.
import type { Entry } from './journal.ts'

/** What is needed to look for an image: to become the role, and to log in to the registry. */
const harmless = new Set(['sts', 'ecr'])

/** What is wrong with a refusal, by the entries of the journal since it began. */
export function judgeRefusal(entries: readonly Entry[], conclusion: string): string[] {
  const calls = entries.filter(({ type }) => type === 'api' || type === 's3')
  const beyond = calls.filter((entry) => !harmless.has(String(entry['service'])))
  const looked = entries.some(({ type, ...entry }) => type === 'registry' && entry['what'] === 'manifest')
  const wrong = [
    conclusion === 'failure' ? undefined : `it ended as ${conclusion}, though stage never ran its commit`,
    looked ? undefined : 'no registry was asked for its image',
    beyond[0] === undefined
      ? undefined
      : `${beyond.length} calls were made before it was refused, such as ${beyond[0]['service']}:${beyond[0]['action']}`,
  ]
  return wrong.filter((problem) => problem !== undefined)
}
