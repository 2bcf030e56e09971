const LOOK_MS = 1_000

/**
 * Calls `ended` once the process that started this one has ended, also by SIGKILL: this process has another parent then.
 * Does nothing for a process that had no parent of its own from the start, such as the first one of a container.
 */
export function onParentEnd(ended: () => void, parentOf = () => process.ppid, lookMs = LOOK_MS): void {
  const parent = parentOf()
  const timer = setInterval(() => {
    if (parentOf() === parent) return
    clearInterval(timer)
    ended()
  }, lookMs)
  timer.unref()
}
