import { defined } from '../../../../toolkit/objects.ts'
import type { Deploy, DeployedService, Status } from './deploy.ts'

/** A deploy and its rollback by a later step, as one: how it ended, and what runs at the end. */
export function rolledBack(deploy: Deploy, rollback: Deploy, told?: Status): Deploy {
  const reasons = rollback.services.map(({ reason }) => reason).filter((reason) => reason !== undefined)
  const failed = `The rollback ended as \`${rollback.status}\`: ${reasons.join(' ')}`
  return {
    ...deploy,
    status: told ?? after(deploy, rollback),
    ...defined({ note: rollback.status === 'succeeded' ? deploy.note : failed }),
    services: deploy.services.map((service) => {
      const back = rollback.services.find((one) => one.name === service.name && one.cluster === service.cluster)
      return back === undefined
        ? service
        : { ...service, status: told ?? after(service, back), runs: runsAfter(service, back) }
    }),
    rollback,
  }
}

interface Ended {
  readonly status: Status
}

const after = (deploy: Ended, rollback: Ended): Status =>
  rollback.status === 'succeeded' ? 'rolled-back' : deploy.status

function runsAfter(service: DeployedService, { runs }: DeployedService): DeployedService['runs'] {
  return runs.taskDefinition === service.taskDefinition ? service.runs : runs
}
