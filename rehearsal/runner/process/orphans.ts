import { readdirSync, readFileSync } from 'node:fs'

/**
 * Kills the processes that steps of a job left running, as GitHub's runner does: those that inherited
 * RUNNER_TRACKING_ID=`id`. Returns their commands. Linux only.
 */
export function killOrphans(id: string): string[] {
  return orphans(id).flatMap(({ pid, command }) => {
    try {
      process.kill(pid, 'SIGKILL')
      return [command]
    } catch {
      return [] // It has ended by itself.
    }
  })
}

function orphans(id: string): { pid: number; command: string }[] {
  const pids = process.platform === 'linux' ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : []
  return pids.flatMap((pid) => {
    try {
      const env = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
      if (Number(pid) === process.pid || !env.includes(`RUNNER_TRACKING_ID=${id}`)) return []
      return [{ pid: Number(pid), command: readFileSync(`/proc/${pid}/comm`, 'utf8').trim() }]
    } catch {
      return [] // Another user's process, or it has ended.
    }
  })
}
