import { WorkflowError } from './workflow-error.ts'

/** Permissions of a job's GITHUB_TOKEN, such as `{ contents: 'read' }`. */
export type Permissions = Readonly<Record<string, string>>

/** GitHub's restricted default, for workflows without `permissions:`. */
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

/** Permissions of a `permissions:` key: a mapping, `read-all` or `write-all`. Without the key: `otherwise`. */
export function permissionsOf(declared: unknown, otherwise: Permissions): Permissions {
  if (declared === undefined) return otherwise
  if (declared === 'read-all') return Object.fromEntries(everything.map((name) => [name, 'read']))
  if (declared === 'write-all') return Object.fromEntries(everything.map((name) => [name, 'write']))
  return (declared ?? {}) as Permissions
}

/** Throws WorkflowError, as GitHub does, when a job of a called workflow requests more than the calling job has. */
export function refuseExcessPermissions(asked: Permissions, allowed: Permissions, job: string): void {
  const excess = Object.entries(asked).filter(([name, access]) => rank(access) > rank(allowed[name]))
  if (excess.length === 0) return
  const list = excess.map(
    ([name, access]) => `'${name}: ${access}', but is only allowed '${name}: ${allowed[name] ?? 'none'}'`,
  )
  throw new WorkflowError([
    `The nested job '${job}' is requesting ${list.join(' and ')}. Give the calling job these permissions.`,
  ])
}
