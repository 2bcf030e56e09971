import type { World } from '../../../../toolkit/runtime.ts'
import { code } from '../../../../toolkit/text/markdown.ts'

/** Reports in log and summary the resources that an interrupt cut short: AWS may have created them all the same. */
export function reportInterrupted({ log, step }: Pick<World, 'log' | 'step'>, addresses: readonly string[]): void {
  if (addresses.length === 0) return
  const warning = `Interrupted while being created or changed: ${addresses.map(code).join(', ')}. Such a resource may exist without being in the state. The next apply then creates a second one, or fails because it already exists: in that case add an \`import\` block. A resource that is in the state but incomplete is replaced by the next apply.`
  log.warning(warning)
  step.summary(`⚠️ ${warning}`)
}
