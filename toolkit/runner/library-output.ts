import { format } from 'node:util'
import { escapeCommands } from '../log.ts'

const METHODS = ['debug', 'error', 'info', 'log', 'trace', 'warn'] as const

/** Escapes workflow commands in what libraries print by themselves: the AWS SDK warns with members of answers, Node with paths. */
export function escapeLibraryOutput(): void {
  const print = (...parts: unknown[]) => void process.stderr.write(`${escapeCommands(format(...parts))}\n`)
  for (const method of METHODS) console[method] = print
  process.removeAllListeners('warning')
  process.on('warning', ({ name, message }) => print(`${name}: ${message}`))
}
