import type { ContainerDefinition, RegisterTaskDefinitionRequest } from '@aws-sdk/client-ecs'

/**
 * Capabilities that a container may add: those that Docker gives by default, and those that reach no further than its own
 * processes, network and memory.
 */
const HARMLESS = new Set(
  [
    ...['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE', 'NET_RAW'],
    ...['SETFCAP', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT'],
    ...['IPC_LOCK', 'IPC_OWNER', 'LEASE', 'NET_ADMIN', 'NET_BROADCAST', 'SYS_NICE', 'SYS_PTRACE'],
  ].flatMap((name) => [name, `CAP_${name}`]),
)

/** What of a task definition lets its containers use the machine itself, as members with their values; none for most. */
export function hostAccessOf(definition: RegisterTaskDefinitionRequest): readonly string[] {
  const { networkMode, pidMode, ipcMode, volumes = [], containerDefinitions = [] } = definition
  return [
    ...(networkMode === 'host' ? ["networkMode 'host'"] : []),
    ...(pidMode === 'host' ? ["pidMode 'host'"] : []),
    ...(ipcMode === 'host' ? ["ipcMode 'host'"] : []),
    ...volumes.flatMap(({ host }, i) =>
      host?.sourcePath ? [`volumes[${i}].host.sourcePath '${host.sourcePath}'`] : [],
    ),
    ...containerDefinitions.flatMap((container, i) =>
      accessOf(container).map((member) => `containerDefinitions[${i}].${member}`),
    ),
  ]
}

function accessOf({ privileged, linuxParameters }: ContainerDefinition): readonly string[] {
  const { devices = [], capabilities } = linuxParameters ?? {}
  return [
    ...(privileged ? ['privileged'] : []),
    ...devices.map(({ hostPath = '' }, i) => `linuxParameters.devices[${i}].hostPath '${hostPath}'`),
    ...(capabilities?.add ?? [])
      .filter((name) => !HARMLESS.has(name.toUpperCase()))
      .map((name) => `linuxParameters.capabilities.add '${name}'`),
  ]
}

/** Why a task definition is refused without `--allow-host-access`; `undefined` if its containers keep to themselves. */
export function whyNoHostAccess(definition: RegisterTaskDefinitionRequest): string | undefined {
  const access = hostAccessOf(definition)
  if (access.length === 0) return undefined
  return (
    `The rehearsal cloud does not let containers use this machine, and the task definition asks for that: ${access.join(', ')}. ` +
    'Start the cloud with --allow-host-access to let them, or with --runtime simulated, which runs no containers.'
  )
}
