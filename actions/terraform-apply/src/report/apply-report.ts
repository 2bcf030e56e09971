import type { World } from '../../../../toolkit/runtime.ts'
import { join } from '../../../../toolkit/text/markdown.ts'
import type { ApplyEnd } from '../operations/apply.ts'
import { applyChart } from './apply-chart.ts'
import { reportInterrupted } from './interrupted-changes.ts'

/** Reports an apply in the summary: its verdict, a chart of its operations, and what an interrupt cut short. */
export function reportApply(world: Pick<World, 'log' | 'step'>, end: ApplyEnd): void {
  world.step.summary(join(verdict(end), applyChart(end.operations)))
  reportInterrupted(world, end.cutShort)
}

function verdict({ status, applied }: ApplyEnd): string {
  switch (status) {
    case 'stale':
      return '⏭️ **Overtaken**: the state has changed since. Nothing of this plan was applied.'
    case 'interrupted':
      return '❌ **Interrupted** before all of it was applied.'
    case 'failed':
      return '❌ **Not all of it was applied.** The log has the reason; what was applied is in the state.'
    default:
      if (applied === undefined) return '✅ **Applied**.'
      return `✅ **Applied**: ${applied.add} added, ${applied.change} changed, ${applied.remove} destroyed.`
  }
}
