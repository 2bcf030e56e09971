import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

const file = join(import.meta.dirname, '../../../../actions/build-image/src/engine-push/gc-tuning.ts')

/** How much garbage V8 lets lie after a collection before the next, in MiB, as its trace says. */
function room(before: string): number {
  const program = `
    import { tuneGarbageCollection } from '${file}'
    ${before}
    gc()`
  const flags = ['--no-warnings', '--expose-gc', '--trace-gc', '--trace-gc-verbose']
  const args = [...flags, '--input-type=module', '--eval', program]
  const trace = execFileSync(process.execPath, args, { encoding: 'utf8' })
  const [, used, limit] = /Limit: old size: (\d+) KB, new limit: (\d+) KB/.exec(trace) ?? []
  return (Number(limit) - Number(used)) / 1024
}

test('lets about 96 MiB of garbage lie, and then collects it', () => {
  expect(room('')).toBeLessThan(50)
  const tuned = room('tuneGarbageCollection()')
  expect(tuned).toBeGreaterThan(80)
  expect(tuned).toBeLessThan(110)
})
