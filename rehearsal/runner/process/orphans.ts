// A step may leave processes behind. At the end of a job the runner ends those that carry its tracking id.
import { readdirSync, readFileSync } from 'node:fs'

/** Ends every process that inherited RUNNER_TRACKING_ID=`id`, and tells their commands. Linux only. */
export function endOrphans(id: string): string[] {
  return orphans(id).flatMap(({ pid, command }) => {
    try {
      process.kill(pid, 'SIGKILL')
      return [command]
    } catch {
      return [] // It ended by itself in the meantime.
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
      return [] // Not ours to read, or ended in the meantime.
    }
  })
}
