// What people call the parts of a deploy, and which steps of the workflow they are.
import type { Conclusion } from '../runner/events.ts'
import type { StepResult } from '../runner/session.ts'

export interface Stage {
  readonly name: string
  readonly outcome: Conclusion
  readonly seconds: number
}

const named: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^actions\/checkout@/, 'source'],
  [/^aws-actions\/configure-aws-credentials@/, 'credentials'],
  [/\/terraform-apply(@|$)/, 'terraform'],
  [/\/build-image(@|$)/, 'image'],
  [/\/deploy-ecs(@|$)/, 'rollout'],
  [/\/datadog-event(@|$)/, 'event'],
]

/** The stage that a step belongs to; `undefined` for the small things between stages. */
export function stageName(uses: string | undefined): string | undefined {
  return named.find(([pattern]) => pattern.test(uses ?? ''))?.[1]
}

/** The stages of a deploy, in order. Steps of one stage are added up, post steps count with their action. */
export function stagesOf(steps: readonly StepResult[]): Stage[] {
  const stages = new Map<string, Stage>()
  for (const step of steps) {
    const name = stageName(step.uses) ?? (step.outcome === 'failure' ? step.name : undefined)
    if (name === undefined) continue
    const before = stages.get(name) ?? { name, outcome: 'skipped', seconds: 0 }
    stages.set(name, { name, outcome: worse(before.outcome, step.outcome), seconds: before.seconds + step.seconds })
  }
  return [...stages.values()]
}

const ranks: readonly Conclusion[] = ['skipped', 'success', 'cancelled', 'failure']
const worse = (a: Conclusion, b: Conclusion) => (ranks.indexOf(b) > ranks.indexOf(a) ? b : a)
