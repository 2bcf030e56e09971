import { eventHint } from '../../../../actions/deploy-ecs/src/report/event-hints.ts'

// AWS's words, from "Amazon ECS service event messages" of its developer guide.
test.each([
  [
    'was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the minimumHealthyPercent or maximumPercent value and try again.',
    'Raise `maximumPercent`',
  ],
  [
    'was unable to place a task because no container instance met all of its requirements. Reason: The closest matching (container-instance 1) is already using a port required by your task.',
    'host port 0',
  ],
  [
    'was unable to place a task because no container instance met all of its requirements. Reason: No Container Instances were found in your cluster.',
    'Auto Scaling group',
  ],
  ['was unable to place a task. Reason: … has insufficient memory available.', 'room for a new task'],
  ['was unable to place a task. Reason: … has insufficient CPU units available.', 'room for a new task'],
  [
    "was unable to place a task. Reason: You've reached the limit on the number of vCPUs you can run concurrently",
    'Service Quotas',
  ],
  ['was unable to place a task. Reason: The requested CPU configuration is above your limit.', 'Service Quotas'],
  ['was unable to place a task. Reason: Capacity is unavailable at this time.', 'no Fargate capacity'],
  ["failed to launch a task with (error ECS was unable to assume role 'arn:…')", 'trust policy'],
  ['failed to register targets in (target-group arn:…) with (error …)', 'target type'],
  ['operations are being throttled. Will try again later.', 'API rates'],
  [
    'was unable to place a task because no container instance met all of its requirements. Reason: … is missing an attribute',
    'attributes',
  ],
  ['was unable to place a task. Reason: Internal error.', "the service's events"],
])('%s has a hint with %s', (message, hint) => {
  expect(eventHint(message)).toContain(hint)
})
