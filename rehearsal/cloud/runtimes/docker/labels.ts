import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** Label of everything that a cloud creates on a Docker engine. Its value names the cloud, which removes only its own. */
export const RUN_LABEL = 'slipway.rehearsal'

/** Label with the cloud's process, by which a later cloud finds what a killed one left. */
export const PROCESS_LABEL = 'slipway.rehearsal.process'

/** Further labels, for `docker ps`. */
export const TASK_LABELS = {
  task: 'com.amazonaws.ecs.task-arn',
  family: 'com.amazonaws.ecs.task-definition-family',
  revision: 'com.amazonaws.ecs.task-definition-version',
  container: 'com.amazonaws.ecs.container-name',
  cluster: 'com.amazonaws.ecs.cluster',
}

/** Labels of everything that the cloud `runId` of this process creates. */
export const runLabels = (runId: string): Record<string, string> => ({
  [RUN_LABEL]: runId,
  [PROCESS_LABEL]: `${machine()}/${process.pid}`,
})

/** Whether the process of a label has ended. False for one of another machine, or in another container. */
export function hasEnded(label: string): boolean {
  const slash = label.lastIndexOf('/')
  const pid = Number(label.slice(slash + 1))
  if (label.slice(0, slash) !== machine() || !(pid > 0)) return false
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

/** Where the number of a process means that process: a boot of a machine and a namespace of processes. */
function machine(): string {
  if (process.platform !== 'linux') return hostname()
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  return `${boot}/${readlinkSync('/proc/self/ns/pid')}`
}
