import { parseArgs } from 'node:util'

export const usage = `Usage: script/rehearse [options]

  --prod         go on to prod: a version tag, another AWS account, and the image that stage ran
  --alarm        watch Datadog's monitors after each deploy, and end with one that sets them off and is taken back
  --keep         leave the cloud and its containers up afterwards, until Ctrl-C
  --json FILE    write the summary to FILE, for machines
  --help         say this`

export interface CommandLine {
  readonly help: boolean
  readonly prod: boolean
  readonly alarm: boolean
  readonly keep: boolean
  readonly json: string | undefined
}

/** Reads the command line. Throws an Error that names the flag. */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { values } = parseArgs({
    args: [...args],
    strict: true,
    options: {
      prod: { type: 'boolean' },
      alarm: { type: 'boolean' },
      keep: { type: 'boolean' },
      json: { type: 'string' },
      help: { type: 'boolean' },
    },
  })
  if (values.json === '') throw new Error('--json takes the path of a file.')
  return {
    help: values.help ?? false,
    prod: values.prod ?? false,
    alarm: values.alarm ?? false,
    keep: values.keep ?? false,
    json: values.json,
  }
}
