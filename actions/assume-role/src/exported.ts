import type { Runner } from './runner.ts'
import type { Session } from './sts/client.ts'

const CREDENTIALS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'] as const

/** Exports the role's credentials for the steps that follow. They must be masked before. */
export function exportSession(session: Session, region: string, runner: Runner): void {
  const values = {
    AWS_ACCESS_KEY_ID: session.accessKeyId,
    AWS_SECRET_ACCESS_KEY: session.secretAccessKey,
    AWS_SESSION_TOKEN: session.sessionToken,
  }
  for (const [name, value] of Object.entries(values)) runner.exportVariable(name, value)
  exportRegion(region, runner)
}

/** Exports the region alone, beside credentials that are there already. */
export function exportRegion(region: string, runner: Runner): void {
  for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION']) runner.exportVariable(name, region)
}

/** Clears them: AWS's tools take an empty variable for none. */
export function clearSession(runner: Runner): void {
  for (const name of CREDENTIALS) runner.exportVariable(name, '')
}
