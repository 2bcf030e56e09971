// Volumes that a task definition leaves to the launch (`configuredAtLaunch`). The service has their settings, and a task that is
// run beside it needs the same ones.
import type { Service, ServiceVolumeConfiguration, TaskVolumeConfiguration } from '@aws-sdk/client-ecs'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import { nameOf, type ServiceName } from '../aws/service-name.ts'
import type { Registration } from './registration.ts'

/** @throws SlipwayError when the service and the task definition do not have the same volumes, which ECS refuses. */
export function refuseOtherVolumes(name: ServiceName, service: Service, registration: Registration): void {
  const configured = configurationsOf(service).map((volume) => volume.name)
  const deferred = deferredVolumes(registration)
  const missing = deferred.find((volume) => !configured.includes(volume))
  if (missing !== undefined) {
    throw new SlipwayError(
      `Task definition \`${registration.family}\` leaves the volume \`${missing}\` to be configured at launch, but service \`${nameOf(name)}\` has no configuration for it.`,
      { hint: "Add it to the service's `volume_configuration` in Terraform first." },
    )
  }
  const extra = configured.find((volume) => volume !== undefined && !deferred.includes(volume))
  if (extra === undefined) return
  throw new SlipwayError(
    `Service \`${nameOf(name)}\` configures the volume \`${extra}\`, which task definition \`${registration.family}\` does not have.`,
    {
      hint: `Add \`{"name": "${extra}", "configuredAtLaunch": true}\` to its \`volumes\`, or remove the volume from the service.`,
    },
  )
}

/** The volumes for one task with this task definition, with the settings that they have in the service. ECS deletes them with the task. */
export const volumesForTask = (service: Service, registration: Registration): readonly TaskVolumeConfiguration[] =>
  configurationsOf(service).filter(({ name }) => name !== undefined && deferredVolumes(registration).includes(name))

const deferredVolumes = ({ volumes = [] }: Registration): readonly string[] =>
  volumes.flatMap(({ name, configuredAtLaunch }) => (configuredAtLaunch === true && name !== undefined ? [name] : []))

const configurationsOf = ({ deployments = [] }: Service): readonly ServiceVolumeConfiguration[] =>
  deployments.find(({ status }) => status === 'PRIMARY')?.volumeConfigurations ?? []
