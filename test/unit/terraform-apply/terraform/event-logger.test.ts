import { EventLogger } from '../../../../actions/terraform-apply/src/terraform/event-logger.ts'
import type { AnnotationLocation, Log } from '../../../../toolkit/log.ts'

describe('an EventLogger', () => {
  function logged(lines: readonly string[], scrub?: (text: string) => string) {
    const entries: unknown[] = []
    const entry = (level: string) => (message: string, place?: AnnotationLocation) =>
      entries.push(place === undefined ? [level, message] : [level, message, place])
    const log = { info: entry('info'), warning: entry('warning'), error: entry('error') } as unknown as Log
    const rootModule = { repository: '/repository', directory: '/repository/infra' }
    const logger = new EventLogger({ log, rootModule, ...(scrub === undefined ? {} : { scrub }) })
    for (const line of lines) logger.line(line)
    return { entries, logger }
  }

  test('annotates diagnostics on file and line, scrubbed', () => {
    const diagnostic = {
      severity: 'error',
      summary: 'No such hunter-two',
      detail: 'hunter-two was not found.',
      address: 'a.x',
      range: { filename: 'modules/db/main.tf', start: { line: 3, column: 5 } },
    }
    const line = JSON.stringify({ '@level': 'error', '@message': 'Error', type: 'diagnostic', diagnostic })
    const { entries, logger } = logged([line], (text) => text.replaceAll('hunter-two', '***'))
    expect(entries).toEqual([
      [
        'error',
        'a.x: *** was not found.',
        { title: 'No such ***', file: 'infra/modules/db/main.tf', startLine: 3, startColumn: 5 },
      ],
    ])
    expect(logger.errors).toHaveLength(1)
  })

  test.each([
    ['main.tf', 'infra/main.tf'],
    ['../modules/db/main.tf', 'modules/db/main.tf'],
    ['/repository/infra/stage.tfvars', 'infra/stage.tfvars'],
    ['/repository/..shared.tfvars', '..shared.tfvars'],
    ['/tmp/slipway-terraform-x/inputs.tfvars', undefined],
    ['../../elsewhere/main.tf', undefined],
  ])('annotates a diagnostic about %s on a file of the repository, or on none', (filename, file) => {
    const diagnostic = {
      severity: 'error',
      summary: 'Wrong',
      range: { filename, start: { line: 3, column: 5 } },
    }
    const { entries } = logged([JSON.stringify({ '@message': 'Wrong', type: 'diagnostic', diagnostic })])
    const place = file === undefined ? {} : { file, startLine: 3, startColumn: 5 }
    expect(entries).toEqual([['error', 'Wrong', { title: 'Wrong', ...place }]])
  })

  test('logs plain text, coloured text and incomplete events', () => {
    expect(logged(['', '\u001b[32mpanic\u001b[0m: at the disco', '{"half', '{"no":"message"}']).entries).toEqual([
      ['info', 'panic: at the disco'],
      ['info', '{"half'],
      ['info', '{"no":"message"}'],
    ])
  })

  test('logs text that looks like a runner command as it is: the log escapes it', () => {
    const event = JSON.stringify({ '@message': 'a.x (local-exec):\n  ::stop-commands::x', type: 'provision_progress' })
    expect(logged([event, '::add-mask::x']).entries).toEqual([
      ['info', 'a.x (local-exec):\n  ::stop-commands::x'],
      ['info', '::add-mask::x'],
    ])
  })

  test('keeps the counts of an apply, not those of a plan', () => {
    const summary = (operation: string) =>
      JSON.stringify({ '@message': 'x', type: 'change_summary', changes: { add: 1, change: 0, remove: 0, operation } })
    expect(logged([summary('plan')]).logger.applied).toBeUndefined()
    expect(logged([summary('apply')]).logger.applied).toMatchObject({ add: 1 })
    expect(logged([summary('destroy')]).logger.applied).toMatchObject({ add: 1 })
  })
})
