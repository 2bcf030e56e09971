// Removes what an interrupted test run left on the Docker engine. Processes in a container are children of the engine, not ours.
import { execFileSync } from 'node:child_process'

/** Label of everything that a cloud creates. Its value begins with the name of the test run. */
const LABEL = 'slipway.rehearsal'

/** Removes containers, networks and volumes of the clouds of a test run. Does nothing if no engine answers. */
export function removeContainers(run: string): void {
  const prefix = run.slice(0, 8)
  remove(['ps', '--all'], '{{.ID}}', prefix, ['rm', '--force', '--volumes'])
  remove(['network', 'ls'], '{{.ID}}', prefix, ['network', 'rm'])
  remove(['volume', 'ls'], '{{.Name}}', prefix, ['volume', 'rm'])
}

function remove(list: readonly string[], id: string, prefix: string, command: readonly string[]): void {
  const listed = docker([...list, '--filter', `label=${LABEL}`, '--format', `{{.Label "${LABEL}"}} ${id}`])
  const ids = listed.flatMap((line) => (line.startsWith(prefix) ? line.split(' ').slice(1) : []))
  if (ids.length > 0) docker([...command, ...ids])
}

function docker(args: readonly string[]): readonly string[] {
  try {
    return execFileSync('docker', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split('\n')
  } catch {
    return []
  }
}
