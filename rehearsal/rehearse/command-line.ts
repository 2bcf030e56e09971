import { parseArgs } from 'node:util'

export const usage = `Usage: script/rehearse [options]

Deploys examples/web twice to a simulated AWS account on this machine, with real Docker and Terraform.

  --prod         then deploy a version tag to prod: another account, and the image that stage ran
  --alarm        watch the monitors of a simulated Datadog after each deploy, and end with a deploy that triggers one and
                 is rolled back
  --keep         keep the cloud and its containers running until Ctrl-C
  --json FILE    write the summary to FILE as JSON
  --help         show this help`

export interface CommandLine {
  readonly help: boolean
  readonly prod: boolean
  readonly alarm: boolean
  readonly keep: boolean
  readonly json: string | undefined
}

/** Parses the command line. Throws an Error that names the option. */
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
  if (values.json === '') throw new Error('--json needs the path of a file.')
  return {
    help: values.help ?? false,
    prod: values.prod ?? false,
    alarm: values.alarm ?? false,
    keep: values.keep ?? false,
    json: values.json,
  }
}
