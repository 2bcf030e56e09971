import { accessSync, constants, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { parse } from 'yaml'
import type { CloudOptions } from './cloud.ts'
import { type Scenario as DatadogScenario, parseScenario } from './datadog/scenario.ts'
import { loadScenario, scenarioNames } from './runtimes/simulated/index.ts'

export const USAGE = `Usage: npm run cloud -- [options]

Runs a simulated AWS, with a simulated Datadog and GitHub, on this machine.

  --port PORT        port to listen on; 0 selects a free one (default 4566)
  --region REGION    region of the printed environment (default us-east-1)
  --account NUMBER   account of access keys that are not themselves an account's number (default 123456789012)
  --runtime NAME     runtime of ECS tasks: docker (default), or simulated, which needs no Docker
  --scenario NAME    a scenario from the list below, or the path of a scenario file
  --throttle         throttle calls above AWS's documented rates
  --seed N           seed for all random decisions, a whole number
  --datadog FILE     scenario for Datadog's monitors, in YAML or JSON
  --journal FILE     write the journal to FILE as JSON lines
  --allow-host-access
                     let containers use this machine: host paths, privileged, host network, devices; by default refused
  --allow-hostname NAME
                     answer requests under this name, too, such as host.docker.internal; can be repeated
  --env-file FILE    write the environment to FILE as KEY=VALUE lines, once the cloud is ready
  --speed N          run the cloud's clock N times as fast (default 1)
  --keep-running     keep running when the process that started the cloud ends; by default the cloud stops then
  --help             show this help

Scenarios:
${scenarioNames()
  .map((name) => `  ${name}`)
  .join('\n')}`

export interface CommandLine {
  readonly help: boolean
  readonly envFile: string | undefined
  /** Whether it outlives its parent process. */
  readonly keepRunning: boolean
  readonly options: CloudOptions
}

/** Parses the command line. Throws an Error that names the option and its values. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { values } = parseArgs({
    args: [...args],
    strict: true,
    options: {
      port: { type: 'string', default: '4566' },
      region: { type: 'string', default: 'us-east-1' },
      account: { type: 'string', default: '123456789012' },
      runtime: { type: 'string', default: 'docker' },
      scenario: { type: 'string' },
      throttle: { type: 'boolean', default: false },
      seed: { type: 'string' },
      datadog: { type: 'string' },
      journal: { type: 'string' },
      'env-file': { type: 'string' },
      'allow-host-access': { type: 'boolean', default: false },
      'allow-hostname': { type: 'string', multiple: true, default: [] },
      speed: { type: 'string', default: '1' },
      'keep-running': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const { account, region, runtime, scenario, seed, datadog, journal, 'env-file': envFile } = values
  const hostnames = values['allow-hostname']
  if (!/^\d{12}$/.test(account)) throw bad('account', 'an account number of 12 digits', account)
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) throw bad('region', 'a region such as us-east-1', region)
  if (runtime !== 'docker' && runtime !== 'simulated') throw bad('runtime', 'docker or simulated', runtime)
  if (seed !== undefined && !/^\d{1,10}$/.test(seed)) throw bad('seed', 'a whole number of up to 10 digits', seed)
  const noName = hostnames.find((name) => !/^[\w-]+(\.[\w-]+)*$/.test(name))
  if (noName !== undefined) throw bad('allow-hostname', 'a name or an address without a port', noName)
  if (journal !== undefined) mustBeWritable('journal', journal)
  if (envFile !== undefined) mustBeWritable('env-file', envFile)
  return {
    help: values.help,
    envFile,
    keepRunning: values['keep-running'],
    options: {
      port: readPort(values.port),
      speed: readSpeed(values.speed),
      region,
      account,
      runtime,
      throttle: values.throttle,
      hostnames,
      allowHostAccess: values['allow-host-access'],
      ...(scenario === undefined ? {} : { scenario: loadScenario(scenario) }),
      ...(seed === undefined ? {} : { seed: Number(seed) }),
      ...(datadog === undefined ? {} : { datadog: readDatadog(datadog) }),
      ...(journal === undefined ? {} : { journal }),
    },
  }
}

function readPort(given: string): number {
  const port = Number(given)
  if (!/^\d+$/.test(given) || port > 65_535) throw bad('port', 'a port from 0 to 65535', given)
  return port
}

function readSpeed(given: string): number {
  const speed = Number(given)
  if (!(speed > 0 && Number.isFinite(speed))) throw bad('speed', 'a number above 0', given)
  return speed
}

function readDatadog(path: string): DatadogScenario {
  try {
    return parseScenario(parse(readFileSync(path, 'utf8')))
  } catch (error) {
    throw new Error(`--datadog needs a Datadog scenario, but '${path}' is not one. ${(error as Error).message}`)
  }
}

function mustBeWritable(flag: string, path: string): void {
  try {
    accessSync(dirname(path), constants.W_OK)
  } catch {
    throw bad(flag, 'a file in an existing, writable folder', path)
  }
}

const bad = (flag: string, wanted: string, given: string) =>
  new Error(`--${flag} needs ${wanted}, not '${given}'. --help lists all options.`)
