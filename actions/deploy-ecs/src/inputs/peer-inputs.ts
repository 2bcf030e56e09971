// Inputs of other deploy actions that this action does not have. Ignored, the deploy would not be the one that the workflow asks
// for, so they are refused.
const CODEDEPLOY =
  'Slipway deploys services of the ECS deployment controller, also blue/green: change the service to `deployment_controller { type = "ECS" }` with a `strategy`, and remove this input.'

/** What to do instead, by input. */
export const PEER_INPUTS: Readonly<Record<string, string>> = {
  'codedeploy-appspec': CODEDEPLOY,
  'codedeploy-application': CODEDEPLOY,
  'codedeploy-deployment-group': CODEDEPLOY,
  'codedeploy-deployment-description': CODEDEPLOY,
  'codedeploy-deployment-config': CODEDEPLOY,
  'run-task': 'Use `before-deploy-command` to run a task from the new revision before the rollout.',
  'run-task-container-overrides': 'Use `before-deploy-command` and `before-deploy-container`.',
  'run-task-security-groups': 'Remove it: the task has the network of the service.',
  'run-task-subnets': 'Remove it: the task has the network of the service.',
  'run-task-assign-public-ip': 'Remove it: the task has the network of the service.',
  'run-task-capacity-provider-strategy': 'Remove it: the task has the capacity providers of the service.',
  'run-task-launch-type': 'Remove it: the task has the launch type of the service.',
  'run-task-managed-ebs-volume': 'Remove it: the task before the deploy gets the volumes of the service.',
  'run-task-managed-ebs-volume-name': 'Remove it: the task before the deploy gets the volumes of the service.',
  'run-task-started-by': 'Remove it: the `startedBy` of the task names the workflow run.',
  'run-task-tags': 'Remove it: the task takes the tags of its task definition.',
  'wait-for-task-stopped': 'Remove it: the deploy always waits for the task, and its exit code decides.',
  'service-managed-ebs-volume': 'Remove it: the volumes of the service stay as they are. Change them in Terraform.',
  'service-managed-ebs-volume-name':
    'Remove it: the volumes of the service stay as they are. Change them in Terraform.',
  'wait-max-delay-seconds': 'Remove it: the service is read every few seconds, at the pace that AWS allows.',
  'keep-null-value-keys': 'Remove it: empty values are always kept, and `null` means "not set".',
  'max-retries': 'Remove it: throttling and server errors are retried until the time-out.',
}

const SETTING = 'Remove it: this setting of the service stays as it is. Change it in Terraform.'

/** Those that ask for something at `false`, too. */
export const PEER_SETTINGS: Readonly<Record<string, string>> = {
  'enable-ecs-managed-tags': SETTING,
  'propagate-tags': SETTING,
}
