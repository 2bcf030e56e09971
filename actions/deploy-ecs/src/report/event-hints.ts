// What to do about an event in which ECS says what it cannot do. Pure.

const HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /unable to stop or start tasks/i,
    'Raise `maximumPercent` of the service, so that a new task starts before an old one stops, or lower `minimumHealthyPercent`, so that an old task stops first.',
  ],
  [
    /already using a port/i,
    'Two tasks with the same host port do not fit on one instance. Use host port 0 (any free port), lower `minimumHealthyPercent` of the service so that an old task stops first, or add an instance.',
  ],
  [
    /no container instances were found/i,
    'The cluster has no instance: check its Auto Scaling group, and that the ECS agents of the instances are connected.',
  ],
  [
    /insufficient (memory|cpu)/i,
    'No instance has room for a new task beside the old ones. Add instances, lower `cpu` or `memory`, or lower `minimumHealthyPercent` of the service so that an old task stops first.',
  ],
  [
    /you've reached the limit|above your limit/i,
    'Raise the Fargate quota of this account and region in Service Quotas, or run fewer tasks.',
  ],
  [
    /capacity is unavailable/i,
    'AWS has no Fargate capacity there at the moment. Run the step again later, give the service subnets in more zones, or another capacity provider.',
  ],
  [/assume role/i, 'Check that the role exists, and that its trust policy names ecs-tasks.amazonaws.com.'],
  [
    /failed to register targets/i,
    'Check the target group, its VPC and target type, and the service-linked role of ECS (AWSServiceRoleForECS).',
  ],
  [/being throttled/i, 'Other deploys or tools use up the API rates of this account. Run the step again later.'],
  [
    /no container instance met all/i,
    'No instance fits the task: compare its CPU, memory, architecture, attributes and placement constraints with the instances of the cluster.',
  ],
]

/** What to do about an event. */
export const eventHint = (message: string): string =>
  HINTS.find(([pattern]) => pattern.test(message))?.[1] ?? "Look at the service's events in the console."
