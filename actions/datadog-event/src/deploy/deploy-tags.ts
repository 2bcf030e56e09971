import { cut } from '../../../../toolkit/text/cut.ts'
import { type Deploy, distinct, nameOfCode } from './deploy.ts'

/** Datadog's limits: characters of a tag, and tags of an event. */
export const TAG_LIMIT = 200
export const TAGS_LIMIT = 100

/**
 * The tags that tie a deploy to metrics, traces and logs: unified service tagging, and where the code came from. `version` and
 * `git.commit.sha` are those of the code that runs at the end; `deploy_version` is what the deploy brought, where that is another.
 */
export function deployTags(deploy: Deploy, more: readonly string[]): readonly string[] {
  const { commit, services } = deploy
  const versions = distinct(services.map(({ runs }) => nameOfCode(runs.code)))
  const brought = distinct(services.map(({ code }) => nameOfCode(code)))
  const own = [
    tag('env', deploy.environment),
    ...services.map(({ name }) => tag('service', name)),
    ...versions.map((version) => tag('version', version)),
    ...brought.filter((version) => !versions.includes(version)).map((version) => tag('deploy_version', version)),
    tag('team', deploy.team),
    ...distinct(services.map(({ runs }) => runs.code.commit)).map((sha) => tag('git.commit.sha', sha)),
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
