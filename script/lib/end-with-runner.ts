// Started by script/run-tests.ts, which holds our standard input open. When the runner is gone, even by SIGKILL, the input
// ends, and we end what the runner has left behind: node end-with-runner.ts RUN GRACE_MS
import { removeContainers } from './containers.ts'
import { endProcesses } from './process-family.ts'

const [run = '', graceMs = ''] = process.argv.slice(2)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
process.stdin.resume().on('end', async () => {
  const left = await endProcesses(run, Number(graceMs))
  if (left.length > 0) removeContainers(run)
})
