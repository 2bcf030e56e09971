import { jsonService } from '../kernel/protocol/json.ts'
import type { Service } from '../kernel/service.ts'
import { type ScalableTargetsDeps, scalableTargetOperations } from './scalable-targets.ts'

/** Application Auto Scaling: scalable targets here, and other operations, such as those of scaling policies, by `others`. */
export function createAutoscaling(deps: ScalableTargetsDeps, others?: Service['answer']): Service {
  const operations = scalableTargetOperations(deps)
  const own = jsonService(operations)
  return {
    ...own,
    answer: (action, ...call) =>
      (others === undefined || Object.hasOwn(operations, action) ? own.answer : others)(action, ...call),
  }
}
