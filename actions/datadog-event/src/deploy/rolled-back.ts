import { defined } from '../../../../toolkit/objects.ts'
import type { Deploy, DeployedService } from './deploy.ts'

/** A deploy and its rollback by a later step, as one: how it ended, and what runs at the end. */
export function rolledBack(deploy: Deploy, rollback: Deploy, status = rollbackStatus(deploy, rollback)): Deploy {
  const reasons = rollback.services.map(({ reason }) => reason).filter((reason) => reason !== undefined)
  const failed = `The rollback ended as \`${rollback.status}\`: ${reasons.join(' ')}`
  return {
    ...deploy,
    status,
    ...defined({ note: rollback.status === 'succeeded' ? deploy.note : failed }),
    services: deploy.services.map((service) => {
      const back = rollback.services.find((one) => one.name === service.name && one.cluster === service.cluster)
      return back === undefined ? service : { ...service, runs: runsAfter(service, back) }
    }),
    rollback,
  }
}

const rollbackStatus = (deploy: Deploy, { status }: Deploy) => (status === 'succeeded' ? 'rolled-back' : deploy.status)

function runsAfter(service: DeployedService, { runs }: DeployedService): DeployedService['runs'] {
  return runs.taskDefinition === service.taskDefinition ? service.runs : runs
}
