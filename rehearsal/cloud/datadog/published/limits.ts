// What Datadog documents of its API and the models of its client leave out: limits, patterns, members that may be null, and
// which member decides between several models.

/** Keywords of JSON Schema for a model, or for a member of one. */
export const LIMITS: Readonly<Record<string, object>> = {
  'v1.EventCreateRequest.title': { minLength: 1 },
  'v1.EventCreateRequest.text': { minLength: 1, maxLength: 4000 },
  'v1.EventCreateRequest.aggregation_key': { maxLength: 100 },

  'v1.Monitor.priority': { minimum: 1, maximum: 5 },
  'v1.MonitorUpdateRequest.priority': { minimum: 1, maximum: 5 },
  'v1.MonitorOptions.min_failure_duration': { minimum: 0, maximum: 7200 },

  'v2.EventPayload.title': { minLength: 1, maxLength: 500 },
  'v2.EventPayload.message': { minLength: 1, maxLength: 4000 },
  'v2.EventPayload.aggregation_key': { minLength: 1, maxLength: 100 },
  'v2.EventPayload.host': { minLength: 1, maxLength: 255 },
  'v2.EventPayload.tags': { minItems: 1, maxItems: 100 },
  'v2.ChangeEventCustomAttributesAuthor.name': { minLength: 1, maxLength: 128 },
  'v2.ChangeEventCustomAttributesChangedResource.name': { minLength: 1, maxLength: 128 },
  'v2.ChangeEventCustomAttributes.impacted_resources': { maxItems: 100 },
  'v2.ChangeEventCustomAttributesImpactedResourcesItems.name': { minLength: 1, maxLength: 128 },
  'v2.AlertEventCustomAttributes.links': { minItems: 1, maxItems: 20 },
  'v2.AlertEventCustomAttributesLinksItems.title': { minLength: 1, maxLength: 300 },
  'v2.AlertEventCustomAttributesLinksItems.url': { minLength: 1, maxLength: 2048 },

  'v2.DORADeploymentRequestAttributes.service': { minLength: 1 },
  'v2.DORADeploymentRequestAttributes.id': { pattern: '^[A-Za-z0-9._:-]{16,128}$' },
  'v2.DORADeploymentRequestAttributes.custom_tags': { maxItems: 100 },
  'v2.DORAFailureRequestAttributes.id': { pattern: '^[A-Za-z0-9._:-]{16,128}$' },
  'v2.DORAFailureRequestAttributes.custom_tags': { maxItems: 100 },
  'v2.DORAGitInfo.commit_sha': { pattern: '^[a-fA-F0-9]{40,}$' },

  'v2.DeploymentGatesEvaluationRequestAttributes.service': { minLength: 1 },
  'v2.DeploymentGatesEvaluationRequestAttributes.env': { minLength: 1 },
  'v2.DeploymentGatesEvaluationConfiguration.rules': { minItems: 1 },
  'v2.DeploymentGatesMonitorRule.name': { minLength: 1 },
  'v2.DeploymentGatesMonitorRuleOptions.duration': { minimum: 0, maximum: 7200 },
  'v2.DeploymentGatesFDDRule.name': { minLength: 1 },
  'v2.DeploymentGatesFDDRuleOptions.duration': { minimum: 0, maximum: 7200 },
}

/** Members of requests that may be null; `.*`: the values of a map. */
export const NULLABLE: readonly string[] = [
  ...['deleted', 'priority', 'restricted_roles'].flatMap((name) => [
    `v1.Monitor.${name}`,
    `v1.MonitorUpdateRequest.${name}`,
  ]),
  'v1.MonitorUpdateRequest.assets',
  'v1.MonitorOptions.silenced.*',
  ...[
    'evaluation_delay',
    'min_failure_duration',
    'min_location_failed',
    'new_group_delay',
    'new_host_delay',
    'no_data_timeframe',
    'renotify_interval',
    'renotify_occurrences',
    'renotify_statuses',
    'synthetics_check_id',
    'timeout_h',
  ].map((name) => `v1.MonitorOptions.${name}`),
  ...['critical_recovery', 'ok', 'unknown', 'warning', 'warning_recovery'].map(
    (name) => `v1.MonitorThresholds.${name}`,
  ),
  ...['recovery_window', 'trigger_window'].map((name) => `v1.MonitorThresholdWindowOptions.${name}`),
]

interface Decision {
  /** The member whose value decides. */
  readonly by: string
  /** The member that it decides about; without one, the model itself. */
  readonly member?: string
  readonly models: Readonly<Record<string, string>>
}

/** Models in which the value of one member decides between other models. */
export const DECIDED: Readonly<Record<string, Decision>> = {
  'v2.EventPayload': {
    by: 'category',
    member: 'attributes',
    models: { change: 'v2.ChangeEventCustomAttributes', alert: 'v2.AlertEventCustomAttributes' },
  },
  'v2.DeploymentGatesEvaluationRule': {
    by: 'type',
    models: { monitor: 'v2.DeploymentGatesMonitorRule', faulty_deployment_detection: 'v2.DeploymentGatesFDDRule' },
  },
}
