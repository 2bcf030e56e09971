/** Label of everything that a cloud creates on a Docker engine. A cloud removes only what has its own value of it. */
export const RUN_LABEL = 'slipway.rehearsal'

/** Further labels, for `docker ps`. */
export const TASK_LABELS = {
  task: 'com.amazonaws.ecs.task-arn',
  family: 'com.amazonaws.ecs.task-definition-family',
  revision: 'com.amazonaws.ecs.task-definition-version',
  container: 'com.amazonaws.ecs.container-name',
  cluster: 'com.amazonaws.ecs.cluster',
}
