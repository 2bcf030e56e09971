import type { Shipped } from '../task-definition/shipped-image.ts'
import type { DeploymentSeen, ServiceSeen } from './model.ts'
/** The deployment that is judged. */
export interface Ours {
  readonly deploymentId: string
  readonly taskDefinition: string
  /** By the server's clock. */
  readonly createdAt: number
  /** The revision that ran before. */
  readonly previousTaskDefinition: string
  readonly shipped: readonly Shipped[]
  /** False where the service already ran this, so that there was nothing to start. */
  readonly isNew: boolean
  /** False for the first deploy of a service that was made with no tasks. */
  readonly ranBefore: boolean
  /** Whether the revision before had rolled out to the end. */
  readonly wasComplete: boolean
}

/** Whether our revision had proven itself before we came: what fails since then speaks of something else. */
export const provenBefore = ({ isNew, ranBefore, wasComplete }: Ours): boolean => !isNew && ranBefore && wasComplete

/** A PRIMARY that came after ours; an older one is a stale read. */
export const newerPrimary = (ours: Ours, deployments: readonly DeploymentSeen[]): DeploymentSeen | undefined =>
  deployments.find(
    ({ id, status, createdAt }) => status === 'PRIMARY' && id !== ours.deploymentId && createdAt >= ours.createdAt,
  )

/** Our deployment, while the service lists it. */
export const ownDeployment = (ours: Ours, service: ServiceSeen | undefined): DeploymentSeen | undefined =>
  service?.deployments.find(({ id }) => id === ours.deploymentId)
