import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

const sources = join(import.meta.dirname, '../../../../actions/build-image/src')

/** How often V8 collects all garbage while a layer of 400 MB is packed. By a collector whose decisions do not depend on time. */
function collections(before: string): number {
  const program = `
    import { tuneGarbageCollection } from '${sources}/engine-push/gc-tuning.ts'
    import { parallelGzip } from '${sources}/pack/parallel-gzip.ts'
    ${before}
    async function* layer() { for (let i = 0; i < 1600; i++) yield Buffer.alloc(256 * 1024, 'text ' + i) }
    for await (const _ of parallelGzip(layer()));`
  const args = [
    '--no-warnings',
    '--trace-gc',
    '--single-threaded-gc',
    '--no-memory-reducer',
    '--input-type=module',
    '--eval',
    program,
  ]
  return execFileSync(process.execPath, args, { encoding: 'utf8' }).split('Mark-Compact').length - 1
}

test('collects garbage less often, and still collects it', () => {
  const usual = collections('')
  const ours = collections('tuneGarbageCollection()')
  expect(ours).toBeGreaterThan(0)
  expect(ours).toBeLessThan(usual)
})
