/** On everything that a cloud makes on a Docker engine: which cloud it was. Only what carries its own is ever removed. */
export const RUN_LABEL = 'slipway.rehearsal'

/** What `docker ps` shows of a task, besides. */
export const TASK_LABELS = {
  task: 'com.amazonaws.ecs.task-arn',
  family: 'com.amazonaws.ecs.task-definition-family',
  revision: 'com.amazonaws.ecs.task-definition-version',
  container: 'com.amazonaws.ecs.container-name',
  cluster: 'com.amazonaws.ecs.cluster',
}
