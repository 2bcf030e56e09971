import { readFileSync } from 'node:fs'
import { type Policy, parsePolicy } from '../../../rehearsal/cloud/iam/policy.ts'

/** The text of a file of the repository. */
export const page = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')

/**
 * The policy that a table of permissions in an action's README stands for: `for`, and then its actions. `resourceOf` says what
 * a part of a row is about: a row can have several, separated by semicolons.
 */
export function policyOfTable(action: string, resourceOf: (row: string, part: string) => string): Policy {
  const [, section = ''] = /\n## Permissions\n([\s\S]*?)(?=\n## )/.exec(page(`actions/${action}/README.md`)) ?? []
  const rows = [...section.matchAll(/^\| (.+?) \| (.+?) \|$/gm)]
  const Statement = rows.flatMap(([, row = '', actions = '']) =>
    actions.split(';').flatMap((part) => {
      const Action = [...part.matchAll(/`([a-z0-9-]+:[A-Z][A-Za-z]+)`/g)].map(([, name]) => name)
      return Action.length === 0 ? [] : [{ Sid: row, Effect: 'Allow', Action, Resource: resourceOf(row, part) }]
    }),
  )
  return parsePolicy(JSON.stringify({ Statement }))
}
