import { type Progress, readinessOf } from '../../../../../rehearsal/cloud/runtimes/container-dependencies.ts'

describe('dependencies', () => {
  const after = (condition: string, progress: Progress) =>
    readinessOf({ dependsOn: [{ containerName: 'a', condition: condition as 'START' }] }, () => progress).kind
  const pending = { status: 'PENDING', health: 'UNKNOWN' } as const
  const running = { status: 'RUNNING', health: 'UNKNOWN' } as const
  const ended = (exitCode: number) => ({ status: 'STOPPED', health: 'UNKNOWN', exitCode }) as const

  test.each([
    ['START', pending, 'waiting'],
    ['START', running, 'ready'],
    ['COMPLETE', running, 'waiting'],
    ['COMPLETE', ended(1), 'ready'],
    ['SUCCESS', ended(0), 'ready'],
    ['SUCCESS', ended(1), 'unreachable'],
    ['HEALTHY', running, 'waiting'],
    ['HEALTHY', { ...running, health: 'HEALTHY' }, 'ready'],
    ['HEALTHY', { ...running, health: 'UNHEALTHY' }, 'unreachable'],
    ['HEALTHY', ended(0), 'unreachable'],
  ] as const)('%s of %j: %s', (condition, progress, expected) => {
    expect(after(condition, progress)).toBe(expected)
  })
})
