import type { DeployRecord, ServiceRecord } from '../../../../toolkit/deploy-record.ts'
import { parseReference } from '../../../../toolkit/image-reference.ts'
import { defined } from '../../../../toolkit/objects.ts'
import {
  agreed,
  type Code,
  type Deploy,
  type DeployedChange,
  type DeployedService,
  type DeployOverrides,
  type Status,
} from './deploy.ts'

/** A deploy as deploy-ecs recorded it. */
export function deployOfRecord(record: DeployRecord, overrides: DeployOverrides, change: DeployedChange): Deploy {
  const names = overrides.services
  const status = overrides.status ?? record.verdict
  const services = record.services.map((service, index): DeployedService => {
    const code = codeOf(service, record, overrides)
    const previousCode = defined({ version: service.previousVersion, commit: service.previousCommit })
    // A status that is not the record's own is about the whole deploy, such as that of a gate.
    const own = status === record.verdict ? service.verdict : status
    return {
      // Names given for all services are Datadog's names for them, where those are not the ones of ECS.
      name: names[index] ?? service.service,
      status: own,
      cluster: service.cluster,
      reason: service.reason,
      taskDefinition: service.taskDefinition,
      ...defined({ previousTaskDefinition: service.previousTaskDefinition }),
      images: service.images.map(({ image }) => image),
      started: wasStarted(service),
      code,
      previousCode,
      runs: runsAfter(service, { status: own, code, previousCode }),
    }
  })
  return {
    id: overrides.id ?? record.deployId,
    kind: record.kind ?? 'deploy',
    awaited: record.waitedFor !== 'none',
    status,
    ...defined({
      environment: overrides.environment ?? record.environment,
      team: overrides.team,
      note: overrides.note,
      account: record.account,
    }),
    region: record.region,
    services,
    startedAt: Date.parse(record.startedAt),
    finishedAt: Date.parse(record.finishedAt),
    ...changed(record, services, change),
    run: record.run,
    ...defined({ scheduled: change.scheduled }),
  }
}

/** Records of before November 2026 do not say it. */
const wasStarted = ({ started = true }: ServiceRecord) => started

/**
 * What a revision says about its code; else, for a new deploy that was rolled out, the commit of its run. A rollback's run says
 * nothing about the revision that it goes back to.
 */
function codeOf(service: ServiceRecord, { kind, commit }: DeployRecord, given: DeployOverrides): Code {
  const isNew = kind !== 'rollback' && wasStarted(service)
  return defined({
    version: given.version ?? service.version ?? imageTag(service),
    commit: given.commit ?? service.commit ?? (isNew && commit.sha !== '' ? commit.sha : undefined),
  })
}

interface Codes {
  readonly status: Status
  readonly code: Code
  readonly previousCode: Code
}

function runsAfter(service: ServiceRecord, { status, code, previousCode }: Codes): DeployedService['runs'] {
  const { taskDefinition, previousTaskDefinition, verdict } = service
  const own = { taskDefinition, code }
  const previous = { ...defined({ taskDefinition: previousTaskDefinition }), code: previousCode }
  if (status === 'started') return own
  // A later step took back what was rolled out well.
  if (status === 'rolled-back' && verdict === 'succeeded') return previous
  const { runs = usualEnd(service) } = service
  if (runs === taskDefinition) return own
  if (runs === previousTaskDefinition) return previous
  return { ...defined({ taskDefinition: runs }), code: {} }
}

/** The revision that runs after a verdict, for records that do not name it. */
const usualEnd = ({ verdict, taskDefinition, previousTaskDefinition }: ServiceRecord) =>
  verdict === 'succeeded' ? taskDefinition : verdict === 'rolled-back' ? previousTaskDefinition : undefined

/** The commit that the deploy brings. Message and pull request are those of the run's commit. */
function changed(
  { commit }: DeployRecord,
  services: readonly DeployedService[],
  { message, pullRequest }: DeployedChange,
): Pick<Deploy, 'commit' | 'pullRequest'> {
  const { url, repositoryUrl } = commit
  const sha = agreed(services.map(({ code }) => code.commit)) ?? ''
  if (sha === commit.sha) {
    return { commit: { sha, url, repositoryUrl, ...defined({ message }) }, ...defined({ pullRequest }) }
  }
  const isLinked = sha !== '' && repositoryUrl !== ''
  return { commit: { sha, url: isLinked ? `${repositoryUrl}/commit/${sha}` : '', repositoryUrl } }
}

/** The tag that the images share, as `registry/web:1.4.2@sha256:…` has it: what people call the version. `latest` is none. */
function imageTag({ images }: ServiceRecord): string | undefined {
  const tags = new Set(images.map(({ image }) => tagOf(image)))
  const [tag, ...others] = tags
  return others.length > 0 || tag === 'latest' ? undefined : tag
}

function tagOf(image: string): string | undefined {
  const reference = parseReference(image)
  return reference.kind === 'reference' ? reference.tag : undefined
}
