/** Variables of this machine that steps see: enough to find their tools, and no settings of the user. */
const passedOn = [
  'PATH',
  'HOME',
  'LANG',
  'TMPDIR',
  'DOCKER_HOST',
  'DOCKER_CERT_PATH',
  'DOCKER_TLS_VERIFY',
  'TF_CLI_CONFIG_FILE',
]

/** Environment of the runner's machine. AWS and Datadog tools in it talk to the rehearsal cloud. */
export function machineEnvironment(cloud: Readonly<Record<string, string>>): Record<string, string> {
  const own = passedOn.flatMap((name): [string, string][] => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value]]
  })
  // Without the cloud's keys: a workflow must get AWS credentials by assuming a role, and Datadog's keys as secrets.
  const addresses = Object.entries(cloud).filter(([name]) => !/_(KEY|KEY_ID)$/.test(name))
  // Terraform and its AWS provider spend a fifth of their processor time on garbage without GOGC.
  return { GOGC: '400', ...Object.fromEntries([...own, ...addresses]), CHECKPOINT_DISABLE: '1' }
}
