import { resourceName } from '../../../../toolkit/aws/arn.ts'
import { agreed, type Deploy, type DeployedService, type Status } from './deploy.ts'
import { cut, cutKeeping, eventCode, eventLink, harmless, plain } from './safe-text.ts'

/** A deploy in one line: "Deploy of web to production succeeded". */
export function deployTitle(deploy: Deploy, limit: number): string {
  const what = deploy.services.map(({ name }) => name).join(', ')
  const where =
    deploy.environment === undefined ? '' : ` ${deploy.kind === 'rollback' ? 'in' : 'to'} ${deploy.environment}`
  const name = agreed(deploy.services.map(({ code }) => code.version))
  const version = name === undefined ? '' : ` ${deploy.kind === 'rollback' ? 'to ' : ''}${shortVersion(name)}`
  const noun = deploy.kind === 'rollback' ? 'Rollback' : 'Deploy'
  const ending = endingOf(deploy)
  // Shortens the middle, as the ending says how the deploy went.
  return `${cut(harmless(`${noun} of ${what}${version}${where}`), limit - ending.length - 1)} ${ending}`
}

/** A commit as a version, as `datadog-tags: auto` of deploy-ecs has it. */
const shortVersion = (version: string) => (/^[0-9a-f]{40}$/.test(version) ? version.slice(0, 7) : version)

function endingOf({ status, awaited, services }: Deploy): string {
  const ending = ENDINGS[status]
  // Only a record says so for certain.
  const isRecorded = services.every(({ taskDefinition }) => taskDefinition !== undefined)
  if (isRecorded && !services.some(({ started }) => started)) {
    return status === 'succeeded' ? 'changed nothing' : `${ending} before its rollout`
  }
  return status === 'succeeded' && !awaited ? 'was handed to ECS' : ending
}

const ENDINGS: Readonly<Record<Status, string>> = {
  started: 'started',
  succeeded: 'succeeded',
  failed: 'failed',
  'rolled-back': 'was rolled back',
  superseded: 'was superseded',
  'timed-out': 'timed out',
  cancelled: 'was cancelled',
}

/** A deploy as markdown, at most `limit` characters; the links always survive. */
export function deployText(deploy: Deploy, extra: string | undefined, limit: number): string {
  const message = deploy.commit.message?.split('\n', 1)[0]
  const lines = [
    ...deploy.services.flatMap((service) => serviceLines(service)),
    message === undefined ? '' : `> ${plain(message)}`,
    harmless(deploy.note ?? ''),
    extra ?? '',
  ]
  return cutKeeping(lines.filter((line) => line !== '').join('\n\n'), deployLinks(deploy), limit)
}

function serviceLines({ name, reason, images, taskDefinition }: DeployedService): readonly string[] {
  if (reason === undefined && images.length === 0) return []
  const revision = taskDefinition === undefined ? '' : ` (${plain(resourceName(taskDefinition))})`
  return [`**${plain(name)}**${revision}: ${plain(reason ?? '')}`, ...images.map((image) => `- ${eventCode(image)}`)]
}

function deployLinks({ run, commit, pullRequest }: Deploy): string {
  return [
    run.url === '' ? '' : eventLink('run', run.url),
    commit.url === '' ? '' : eventLink(`commit ${commit.sha.slice(0, 7)}`, commit.url),
    pullRequest === undefined ? '' : eventLink(`pull request #${pullRequest.number}`, pullRequest.url),
    run.actor === '' ? '' : `by ${plain(run.actor)}`,
  ]
    .filter((part) => part !== '')
    .join(' · ')
}
