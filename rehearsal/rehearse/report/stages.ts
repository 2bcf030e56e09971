// Groups the steps of deploy.yml into the stages of a deploy that the output shows.

import type { StepResult } from '../../runner/contexts/state.ts'
import type { Conclusion } from '../../runner/events.ts'

export interface Stage {
  readonly name: string
  readonly outcome: Conclusion
  readonly seconds: number
}

const named: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^actions\/checkout@/, 'source'],
  [/^aws-actions\/configure-aws-credentials@/, 'credentials'],
  [/\/assume-role(@|$)/, 'credentials'],
  [/\/terraform-apply(@|$)/, 'terraform'],
  [/\/build-image(@|$)/, 'image'],
  [/\/deploy-ecs(@|$)/, 'rollout'],
  [/\/datadog-event(@|$)/, 'event'],
]

/** Steps of deploy.yml that belong to another stage than other steps with their action. */
const byId: Readonly<Record<string, string>> = {
  found: 'lookup',
  before: 'gate',
  gate: 'gate',
  back: 'rollback',
  mark: 'mark',
}

/** The stage of a step. Returns `undefined` for steps that belong to none. */
export function stageName(uses: string | undefined, id = ''): string | undefined {
  if (uses === undefined) return undefined
  return byId[id] ?? named.find(([pattern]) => pattern.test(uses))?.[1]
}

/** The stages that ran, in order. Times of steps in one stage are added up; post steps count to the stage of their action. */
export function stagesOf(steps: readonly StepResult[]): Stage[] {
  const stages = new Map<string, Stage>()
  for (const step of steps) {
    const name = stageName(step.uses, step.id) ?? (step.outcome === 'failure' ? step.name : undefined)
    if (name === undefined || step.outcome === 'skipped') continue
    const before = stages.get(name) ?? { name, outcome: step.outcome, seconds: 0 }
    stages.set(name, { name, outcome: worse(before.outcome, step.outcome), seconds: before.seconds + step.seconds })
  }
  return [...stages.values()]
}

const ranks: readonly Conclusion[] = ['success', 'cancelled', 'failure']
const worse = (a: Conclusion, b: Conclusion) => (ranks.indexOf(b) > ranks.indexOf(a) ? b : a)
