import { cut } from '../../../../toolkit/text/cut.ts'
import type { Deploy } from './deploy.ts'

/** Datadog's limits: characters of a tag, and tags of an event. */
export const TAG_LIMIT = 200
export const TAGS_LIMIT = 100

/** The tags that tie a deploy to metrics, traces and logs: unified service tagging, and where the code came from. */
export function deployTags(deploy: Deploy, more: readonly string[]): readonly string[] {
  const { commit } = deploy
  const own = [
    tag('env', deploy.environment),
    ...deploy.services.map(({ name }) => tag('service', name)),
    tag('version', deploy.version ?? commit.sha),
    tag('team', deploy.team),
    tag('git.commit.sha', commit.sha),
    tag('git.repository_url', commit.repositoryUrl),
    tag('deploy_status', deploy.status),
    tag('deploy_kind', deploy.kind),
    tag('aws_account', deploy.account),
    tag('region', deploy.region),
    'source:slipway',
  ]
  return [...new Set([...own.filter((item) => item !== undefined), ...more])].slice(0, TAGS_LIMIT)
}

/** `key:value`, shortened to what Datadog keeps; `undefined` where there is no value. */
const tag = (key: string, value: string | undefined): string | undefined =>
  value === undefined || value === '' ? undefined : cut(`${key}:${value}`, TAG_LIMIT)
