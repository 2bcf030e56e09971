import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** In our folder and not in the runner's state, which a variable of the job can stand in for. */
const RECORD = 'state-aside.json'

/** Runs a task while the local state file has another name, so that Terraform does not see it. The file always gets its name back. */
export async function withStateAside<T>(scratch: string, file: string, task: () => Promise<T>): Promise<T> {
  const aside = join(dirname(file), `.${randomUUID()}.tfstate-aside`)
  writeFileSync(join(scratch, RECORD), JSON.stringify({ file, aside }), { mode: 0o600 })
  renameSync(file, aside)
  try {
    return await task()
  } finally {
    renameSync(aside, file)
  }
}

/** Gives the file its name back when main was killed in between. */
export function restoreStateFile(scratch: string): void {
  const record = join(scratch, RECORD)
  if (scratch === '' || !existsSync(record)) return
  const { file, aside } = JSON.parse(readFileSync(record, 'utf8')) as { file: string; aside: string }
  if (existsSync(aside) && !existsSync(file)) renameSync(aside, file)
}
