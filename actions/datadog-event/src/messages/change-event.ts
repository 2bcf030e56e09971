import { resourceName } from '../../../../toolkit/aws/arn.ts'
import type { DatadogRequest } from '../api/client.ts'
import { aggregationKey, type Deploy, type DeployedService, nameOfCode } from '../deploy/deploy.ts'
import { deployTags } from '../deploy/deploy-tags.ts'
import { deployText, deployTitle } from '../deploy/deploy-text.ts'
import { cut, harmless, MARKDOWN_OVERHEAD, markdownBlock } from '../deploy/safe-text.ts'
import { type EventFields, OLDEST_S, TEXT_LIMIT, TITLE_LIMIT } from './event.ts'

/** Datadog's limit on the names of authors and resources. */
export const NAME_LIMIT = 128

/** The change event (v2) that shows one service's deploy in Datadog's Change Tracking. */
export function changeEvent(
  deploy: Deploy,
  service: DeployedService,
  fields: EventFields,
  now: number,
): DatadogRequest {
  const one: Deploy = { ...deploy, status: service.status, services: [service] }
  const happened = deploy.finishedAt ?? deploy.startedAt
  const extra = fields.text === undefined ? undefined : harmless(fields.text)
  return {
    operation: `post the change event for \`${service.name}\``,
    method: 'POST',
    host: 'intake',
    path: '/api/v2/events',
    keys: 'api',
    body: {
      data: {
        type: 'event',
        attributes: {
          title: fields.title === undefined ? deployTitle(one, TITLE_LIMIT) : cut(harmless(fields.title), TITLE_LIMIT),
          message: markdownBlock(deployText(one, extra, TEXT_LIMIT - MARKDOWN_OVERHEAD)),
          category: 'change',
          integration_id: 'custom-events',
          aggregation_key: fields.aggregationKey ?? aggregationKey(deploy.id),
          tags: deployTags(one, fields.tags),
          ...(now - happened < (OLDEST_S - 60) * 1000 ? { timestamp: new Date(happened).toISOString() } : {}),
          attributes: change(one, service),
        },
      },
    },
  }
}

function change(deploy: Deploy, service: DeployedService): object {
  const { run, commit, pullRequest } = deploy
  const name = cut(service.name, NAME_LIMIT)
  const isLive = service.runs.taskDefinition === service.taskDefinition
  return {
    ...authorOf(run.actor, deploy.scheduled),
    // Datadog knows feature flags and configurations here; a service's task definition is its configuration.
    changed_resource: { name, type: 'configuration' },
    impacted_resources: [{ name, type: 'service' }],
    ...value('prev_value', {
      task_definition: revision(service.previousTaskDefinition),
      version: nameOfCode(service.previousCode),
    }),
    // What runs at the end, which is the old revision again after a rollback.
    ...value('new_value', {
      task_definition: revision(service.runs.taskDefinition),
      version: nameOfCode(service.runs.code),
      ...(isLive && service.images.length > 0 ? { images: service.images } : {}),
    }),
    change_metadata: given({
      deploy_id: deploy.id,
      status: deploy.status,
      ...(isLive
        ? {}
        : { deploy_task_definition: revision(service.taskDefinition), deploy_version: nameOfCode(service.code) }),
      reason: service.reason,
      cluster: service.cluster,
      env: deploy.environment,
      run_url: run.url,
      commit_url: commit.url,
      pull_request_url: pullRequest?.url,
    }),
  }
}

/** GitHub marks an app as `name[bot]`, and names somebody for a run that its schedule has started. */
export const authorOf = (actor: string, scheduled = false): { readonly author?: object } =>
  actor === ''
    ? {}
    : {
        author: {
          name: cut(actor, NAME_LIMIT),
          type: scheduled || actor.endsWith('[bot]') ? 'automation' : 'user',
        },
      }

const revision = (arn: string | undefined) => (arn === undefined ? undefined : resourceName(arn))

/** The members that have a value. */
const given = (members: Readonly<Record<string, unknown>>): object =>
  Object.fromEntries(Object.entries(members).filter(([, member]) => member !== undefined && member !== ''))

function value(name: string, members: Readonly<Record<string, unknown>>): object {
  const some = given(members)
  return Object.keys(some).length === 0 ? {} : { [name]: some }
}
