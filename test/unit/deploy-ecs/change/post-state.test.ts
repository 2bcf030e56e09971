import {
  type PostState,
  readPostState,
  readTask,
  savePostState,
  saveTask,
} from '../../../../actions/deploy-ecs/src/change/post-state.ts'

/** A step whose state is kept, as the runner does from the main step to the post step. */
const stepOf = (saved: Record<string, string> = {}) =>
  ({
    saveState(name: string, value: string) {
      saved[name] = value
    },
    state: (name: string) => saved[name] ?? '',
  }) as never

const state: PostState = {
  ...{ name: { cluster: 'prod', service: 'web' }, taskDefinition: 'web:2', previousTaskDefinition: 'web:1' },
  ...{ previousId: 'ecs-svc/1', deploymentId: 'ecs-svc/2', ranBefore: true },
  settings: { from: { desiredCount: 2 }, to: { desiredCount: 3 } },
}

test('services that are saved are read by the post step, until none is left', () => {
  const step = stepOf()
  expect(readPostState(step)).toEqual([])
  savePostState(step, [state])
  expect(readPostState(step)).toEqual([state])
  savePostState(step, [])
  expect(readPostState(step)).toEqual([])
})

test('a task that is saved is read by the post step, until it has stopped', () => {
  const step = stepOf()
  expect(readTask(step)).toBeUndefined()
  saveTask(step, { cluster: 'prod', taskArn: 'arn' })
  savePostState(step, [state])
  expect(readTask(step)).toEqual({ cluster: 'prod', taskArn: 'arn' })
  saveTask(step, undefined)
  expect(readTask(step)).toBeUndefined()
  expect(readPostState(step)).toHaveLength(1)
})
