// What somebody sees first of a deploy that failed: the annotations, the head of the job summary and the end of the log.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { Deployed } from './deploy.ts'

const LOG_LINES = 10
const SUMMARY_LINES = 16

/** The first screen as text. Ids that the cloud draws are numbered in the order in which they appear. */
export function firstScreen({ log, summary, error }: Pick<Deployed, 'log' | 'summary' | 'error'>): string {
  const shown = [
    ...log.filter((line) => !line.startsWith('debug: ')),
    ...(error === undefined ? [] : [`error: ${error}`]),
  ]
  const annotations = shown.filter((line) => /^(error|warning|notice): /.test(line))
  const lines = shown.flatMap((line) => line.split('\n'))
  const head = summary.split('\n').filter((line) => line !== '')
  return numbered(
    [
      '# Annotations',
      ...annotations,
      `# The last ${LOG_LINES} lines of the log`,
      ...lines.slice(-LOG_LINES),
      `# The first ${SUMMARY_LINES} lines of the summary`,
      ...head.slice(0, SUMMARY_LINES),
      '',
    ].join('\n'),
  )
}

const IDS: Readonly<Record<string, RegExp>> = {
  task: /(?<=\b|252F)[0-9a-f]{32}\b|(?<=\[`)[0-9a-f]{8}(?=`\])/g,
  deployment: /(?<=ecs-svc\/)\d{19}/g,
  instance: /(?<=\(container-instance )[0-9a-f]{8}(?=\))/g,
  hash: /(?<=targetgroup\/[\w-]+\/)[0-9a-f]{16}/g,
  time: /\d{4}-\d\d-\d\dT[\d:.]+Z/g,
}

function numbered(text: string): string {
  return Object.entries(IDS).reduce((all, [kind, pattern]) => {
    const seen: string[] = []
    return all.replace(pattern, (id) => {
      const known = seen.findIndex((one) => (one.startsWith(id.slice(0, 8)) && kind === 'task' ? true : one === id))
      if (known === -1) seen.push(id)
      return `<${kind} ${known === -1 ? seen.length : known + 1}>`
    })
  }, text)
}

/** The committed text. With UPDATE_SCREENS set, it is replaced first. */
export function committed(file: string, screen: string): string {
  if (process.env['UPDATE_SCREENS'] !== undefined) writeFileSync(file, screen)
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}
