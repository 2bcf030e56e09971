/** Label of everything that a cloud creates on a Docker engine. Its value names the cloud, which removes only its own. */
export const RUN_LABEL = 'slipway.rehearsal'

/** Further labels, for `docker ps`. */
export const TASK_LABELS = {
  task: 'com.amazonaws.ecs.task-arn',
  family: 'com.amazonaws.ecs.task-definition-family',
  revision: 'com.amazonaws.ecs.task-definition-version',
  container: 'com.amazonaws.ecs.container-name',
  cluster: 'com.amazonaws.ecs.cluster',
}
