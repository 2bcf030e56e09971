import { parseArgs } from 'node:util'

export const usage = `Usage: npm run step -- ACTION [input=value …] [options]

Runs an action of this repository as GitHub's runner does: its committed bundle, in the current folder, with its post step.
The value of an input can contain expressions, such as '\${{ github.sha }}'. ACTION is the name of a folder in actions/.

  --cloud URL        use a running rehearsal cloud, such as one of \`npm run cloud\` (default: a new one); for datadog-event,
                     set its DD_API_KEY and DD_APP_KEY
  --env NAME=VALUE   environment variable of the step; can be repeated
  --runtime NAME     runtime of ECS tasks in a new cloud: docker (default), or simulated, which needs no Docker
  --help             show this help

Build the bundle first if you changed its sources: npm run build -- ACTION`

export interface CommandLine {
  readonly help: boolean
  readonly action: string
  readonly inputs: Readonly<Record<string, string>>
  readonly env: Readonly<Record<string, string>>
  /** Address of a cloud that runs; undefined for a new one. */
  readonly cloud: string | undefined
  readonly runtime: string
}

/** Reads the command line. Throws an Error that names the argument and what it takes. */
export function readCommandLine(args: readonly string[], actions: readonly string[]): CommandLine {
  const { values, positionals } = parseArgs({
    args: [...args],
    strict: true,
    allowPositionals: true,
    options: {
      cloud: { type: 'string' },
      env: { type: 'string', multiple: true, default: [] },
      runtime: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  const { help, cloud, runtime } = values
  const [action = '', ...inputs] = positionals
  if (!help && !actions.includes(action)) {
    throw new Error(
      `Name an action first: ${actions.join(', ')}${action === '' ? '' : `. '${action}' is none of them`}.`,
    )
  }
  if (cloud !== undefined && !/^https?:\/\/./.test(cloud)) {
    throw new Error(`--cloud takes an address such as http://127.0.0.1:4566, not '${cloud}'.`)
  }
  if (cloud !== undefined && runtime !== undefined) throw new Error('--runtime is for a new cloud. Leave out --cloud.')
  return {
    help,
    action,
    inputs: pairs(inputs, 'An input is written name=value'),
    env: pairs(values.env, '--env takes NAME=VALUE'),
    cloud,
    runtime: runtime ?? 'docker',
  }
}

function pairs(given: readonly string[], form: string): Record<string, string> {
  return Object.fromEntries(
    given.map((text) => {
      const at = text.indexOf('=')
      if (at < 1) throw new Error(`${form}, not '${text}'.`)
      return [text.slice(0, at), text.slice(at + 1)]
    }),
  )
}
