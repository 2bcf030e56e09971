import { parseArgs } from 'node:util'
import type { CloudOptions } from './cloud.ts'

export const USAGE = `Usage: npm run cloud -- [options]

  --port PORT        port to answer on; 0 lets the system choose (default 4566)
  --region REGION    region of the environment that is printed (default us-east-1)
  --account NUMBER   account of every access key that is not an account's number itself (default 123456789012)
  --journal FILE     write all that happens to FILE, as JSON lines
  --env-file FILE    write the environment to FILE as KEY=VALUE lines, once the cloud answers
  --speed N          let the cloud's clock run N times as fast (default 1)
  --help             say this`

export interface CommandLine {
  readonly help: boolean
  readonly envFile: string | undefined
  readonly options: CloudOptions
}

/** Reads the command line. Throws an Error that names the flag and what it takes. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { values } = parseArgs({
    args: [...args],
    strict: true,
    options: {
      port: { type: 'string', default: '4566' },
      region: { type: 'string', default: 'us-east-1' },
      account: { type: 'string', default: '123456789012' },
      journal: { type: 'string' },
      'env-file': { type: 'string' },
      speed: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  })
  const port = Number(values.port)
  if (!/^\d+$/.test(values.port) || port > 65_535) throw bad('port', 'a port from 0 to 65535', values.port)
  if (!/^\d{12}$/.test(values.account)) throw bad('account', "an account's 12 digits", values.account)
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(values.region)) throw bad('region', 'a region such as us-east-1', values.region)
  const speed = Number(values.speed)
  if (!(speed > 0 && Number.isFinite(speed))) throw bad('speed', 'a number above 0', values.speed)
  return {
    help: values.help,
    envFile: values['env-file'],
    options: {
      port,
      region: values.region,
      account: values.account,
      speed,
      ...(values.journal === undefined ? {} : { journal: values.journal }),
    },
  }
}

const bad = (flag: string, wanted: string, given: string) =>
  new Error(`--${flag} takes ${wanted}, not '${given}'. Run with --help to see all options.`)
