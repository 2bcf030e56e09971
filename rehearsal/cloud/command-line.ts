import { accessSync, constants, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { parse } from 'yaml'
import type { CloudOptions } from './cloud.ts'
import { type Scenario as DatadogScenario, parseScenario } from './datadog/scenario.ts'
import { loadScenario, scenarioNames } from './runtimes/simulated/index.ts'

export const USAGE = `Usage: npm run cloud -- [options]

  --port PORT        port to answer on; 0 lets the system choose (default 4566)
  --region REGION    region of the environment that is printed (default us-east-1)
  --account NUMBER   account of every access key that is not an account's number itself (default 123456789012)
  --runtime NAME     what runs ECS's tasks: docker (default), or simulated, which needs no Docker
  --scenario NAME    what happens: one of the scenarios below, or a file of your own
  --throttle         refuse calls that come faster than AWS's documented rates
  --seed N           make chance the same in every run with the same seed, a whole number
  --datadog FILE     let Datadog's monitors do what this scenario says, in YAML or JSON
  --journal FILE     write all that happens to FILE, as JSON lines
  --env-file FILE    write the environment to FILE as KEY=VALUE lines, once the cloud answers
  --speed N          let the cloud's clock run N times as fast (default 1)
  --help             say this

Scenarios:
${scenarioNames()
  .map((name) => `  ${name}`)
  .join('\n')}`

export interface CommandLine {
  readonly help: boolean
  readonly envFile: string | undefined
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
      speed: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  })
  const { account, region, runtime, scenario, seed, datadog, journal, 'env-file': envFile } = values
  if (!/^\d{12}$/.test(account)) throw bad('account', "an account's 12 digits", account)
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) throw bad('region', 'a region such as us-east-1', region)
  if (runtime !== 'docker' && runtime !== 'simulated') throw bad('runtime', 'docker or simulated', runtime)
  if (seed !== undefined && !/^\d{1,10}$/.test(seed)) throw bad('seed', 'a whole number of up to 10 digits', seed)
  if (journal !== undefined) mustBeWritable('journal', journal)
  if (envFile !== undefined) mustBeWritable('env-file', envFile)
  return {
    help: values.help,
    envFile,
    options: {
      port: readPort(values.port),
      speed: readSpeed(values.speed),
      region,
      account,
      runtime,
      throttle: values.throttle,
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
    throw new Error(`--datadog takes a scenario of Datadog, and '${path}' is none. ${(error as Error).message}`)
  }
}

function mustBeWritable(flag: string, path: string): void {
  try {
    accessSync(dirname(path), constants.W_OK)
  } catch {
    throw bad(flag, 'a file in a folder that exists and can be written to', path)
  }
}

const bad = (flag: string, wanted: string, given: string) =>
  new Error(`--${flag} takes ${wanted}, not '${given}'. Run with --help to see all options.`)
