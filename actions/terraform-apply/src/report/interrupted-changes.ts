import { code } from '../../../../toolkit/markdown.ts'
import type { World } from '../../../../toolkit/runtime.ts'

/** Says, in log and summary, what an interrupt cut short, if anything: AWS may have done it all the same. */
export function tellCutShort(addresses: readonly string[], { log, step }: Pick<World, 'log' | 'step'>): void {
  if (addresses.length === 0) return
  const warning = `Interrupted while being created or changed: ${addresses.map(code).join(', ')}. It may be there without the state knowing; then the next apply makes another, or fails as it exists already: give it an \`import\` block. What the state knows to be half made is replaced by the next apply.`
  log.warning(warning)
  step.summary(`⚠️ ${warning}`)
}
