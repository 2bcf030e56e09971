import { resourceName } from '../../../../toolkit/aws/arn.ts'
import type { Deploy, DeployedService, Status } from './deploy.ts'
import { cut, cutKeeping, eventCode, eventLink, harmless, plain } from './safe-text.ts'

/** A deploy in one line: "Deploy of web to production succeeded". */
export function deployTitle(deploy: Deploy, limit: number): string {
  const what = deploy.services.map(({ name }) => name).join(', ')
  const where =
    deploy.environment === undefined ? '' : ` ${deploy.kind === 'rollback' ? 'in' : 'to'} ${deploy.environment}`
  const version = deploy.version === undefined ? '' : ` ${deploy.kind === 'rollback' ? 'to ' : ''}${deploy.version}`
  const noun = deploy.kind === 'rollback' ? 'Rollback' : 'Deploy'
  const ending = deploy.status === 'succeeded' && !deploy.awaited ? NOT_AWAITED : ENDINGS[deploy.status]
  // Shortens the middle, as the ending says how the deploy went.
  return `${cut(harmless(`${noun} of ${what}${version}${where}`), limit - ending.length - 1)} ${ending}`
}

const NOT_AWAITED = 'was handed to ECS'
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
