// Which permissions a job's token has. A called workflow may not ask for more than its caller has.
import { WorkflowError } from './workflow.ts'

export type Permissions = Readonly<Record<string, string>>

/** What a repository gives where no file says anything: GitHub's restricted default. */
export const defaultPermissions: Permissions = { contents: 'read', packages: 'read' }

const everything = [
  'actions',
  'attestations',
  'checks',
  'contents',
  'deployments',
  'discussions',
  'id-token',
  'issues',
  'packages',
  'pages',
  'pull-requests',
  'security-events',
  'statuses',
]
const ranks = ['none', 'read', 'write']
const rank = (access: string | undefined) => ranks.indexOf(access ?? 'none')

/** What a `permissions:` entry gives: a mapping, `read-all`, `write-all`, or nothing at all, which leaves `otherwise`. */
export function permissionsOf(declared: unknown, otherwise: Permissions): Permissions {
  if (declared === undefined) return otherwise
  if (declared === 'read-all') return Object.fromEntries(everything.map((name) => [name, 'read']))
  if (declared === 'write-all') return Object.fromEntries(everything.map((name) => [name, 'write']))
  return (declared ?? {}) as Permissions
}

/** Refuses, as GitHub does, a called workflow's job that asks for more than its caller may hand on. */
export function refuseExcess(asked: Permissions, allowed: Permissions, job: string): void {
  const excess = Object.entries(asked).filter(([name, access]) => rank(access) > rank(allowed[name]))
  if (excess.length === 0) return
  const list = excess.map(
    ([name, access]) => `'${name}: ${access}', but is only allowed '${name}: ${allowed[name] ?? 'none'}'`,
  )
  throw new WorkflowError([
    `The nested job '${job}' is requesting ${list.join(' and ')}. Give the calling job these permissions.`,
  ])
}
