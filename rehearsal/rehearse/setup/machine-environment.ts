// What a step sees of this machine: enough to find its tools, and nothing of what the user has in the environment.
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

/** The runner machine's environment, pointed at the rehearsal cloud. */
export function machineEnvironment(cloud: Readonly<Record<string, string>>): Record<string, string> {
  const own = passedOn.flatMap((name): [string, string][] => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value]]
  })
  // The cloud's keys are for its operator. A workflow gets AWS's by assuming a role and Datadog's as a secret, or none.
  const addresses = Object.entries(cloud).filter(([name]) => !/_(KEY|KEY_ID)$/.test(name))
  return { ...Object.fromEntries([...own, ...addresses]), CHECKPOINT_DISABLE: '1' }
}
