import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import { block, code, heading, join as paragraphs } from '../../../../toolkit/text/markdown.ts'
import type { Inputs } from '../inputs/inputs.ts'
import type { RootModule } from '../inputs/root-module.ts'
import { withLock } from '../lock/with-lock.ts'
import { init } from '../operations/init.ts'
import { makePlan } from '../operations/plan.ts'
import { headline } from '../report/plan-report.ts'
import { review } from '../review/review.ts'
import { type Backend, localStateFile } from '../state/backend.ts'
import { withStateAside } from '../state/state-file-aside.ts'
import { contentOf, isEmpty, parseState } from '../state/state-format.ts'
import { type StateStore, stateStore } from '../state/state-store.ts'
import { requireSupportedSettings } from '../state/unsupported-settings.ts'
import { workspaceOf } from '../state/workspace.ts'
import type { Terraform } from '../terraform/terraform.ts'

/**
 * Moves a state from a file in the repository to S3: writes the same bytes, only if no other state is there, reads them back, and
 * makes a plan. Terraform's own `init -migrate-state -force-copy` would overwrite a state that is there, and reset its serial.
 */
export async function migrateState(world: World, inputs: Inputs, tf: Terraform): Promise<void> {
  const { rootModule } = inputs
  const { directory, repository } = rootModule
  const file = resolve(directory, inputs.stateFile ?? localStateFile(workspaceOf(rootModule, world.env)))
  const name = relative(repository, file)
  const original = readOriginal(file, name)
  if (original === undefined)
    return world.log.notice(`${name} holds no resources and no outputs; there is nothing to migrate.`)

  const stack = await withStateAside(tf.scratch, file, async () => {
    const backend = await init(world, rootModule, tf)
    const store = requireS3Store(world, backend, rootModule)
    await withLock(world, store, () => putState(world, store, original, name))
    await verifyState(store, original, tf)
    world.log.info(`${store.address()} is equal to ${name} (read back and compared).`)
    return { world, inputs, tf, backend, store }
  })

  // With the file aside, or Terraform would find two states.
  const reviewed = await withStateAside(tf.scratch, file, async () => review(stack, await makePlan(stack)))
  if (reviewed.hasChanges) {
    const changes = headline(reviewed.changes, reviewed.outputs).replaceAll('*', '')
    throw new SlipwayError(
      `The state is safe in ${stack.store.address()}, but the plan on it is not empty: ${changes}`,
      {
        hint: `Nothing was changed, and ${name} is still there. Check whether a plan on the old state says the same; if so, apply it. Then run \`migrate-state\` again.`,
      },
    )
  }
  reportMigration(world, file, stack.store, repository)
}

/** @throws SlipwayError for a backend that `migrate-state` does not support. */
function requireS3Store(world: World, backend: Backend, rootModule: RootModule): StateStore {
  const store = stateStore(world, backend, rootModule)
  if (store === undefined) {
    throw new SlipwayError(
      `\`migrate-state\` moves a state to S3, and the backend of \`${rootModule.path}\` is ${backend.type}.`,
      {
        hint: 'Use an S3 backend, or move the state yourself with `terraform init -migrate-state`.',
      },
    )
  }
  refuseDynamoDb(backend, rootModule.path)
  requireSupportedSettings(
    'migrate-state',
    backend,
    world.env,
    'Move the state yourself with `terraform init -migrate-state`.',
  )
  return store
}

/** Shell commands that remove the file and its backups from git, and ignore them. Other states may still have to be migrated. */
function cleanUp(file: string, repository: string): readonly string[] {
  const [folder, own] = [dirname(file), basename(file)]
  const states = readdirSync(folder).filter((name) => name === own || name.startsWith(`${own}.`))
  const named = own.endsWith('.tfstate') ? [] : [`/${relative(repository, file)}`]
  const ignored = ['*.tfstate', '*.tfstate.*', '.terraform/', ...named].map(quoted)
  return [
    ...states.map((name) => `git rm --cached --ignore-unmatch ${shellWord(relative(repository, join(folder, name)))}`),
    // An empty line first: the last line of the file may have no newline.
    `printf '%s\\n' '' ${ignored.join(' ')} >> .gitignore`,
  ]
}

const shellWord = (text: string): string => (/^[\w./-]+$/.test(text) ? text : quoted(text))

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

function refuseDynamoDb({ config }: Backend, path: string): void {
  const table = config['dynamodb_table']
  if (!table) return
  throw new SlipwayError(
    `The S3 backend of \`${path}\` keeps its lock and the digest of its state in the DynamoDB table ${table}; \`migrate-state\` writes neither.`,
    {
      hint: 'Nothing was changed. Set `use_lockfile = true` in the backend block, and remove `dynamodb_table`; then run `migrate-state` again.',
    },
  )
}

function readOriginal(file: string, name: string): Buffer | undefined {
  if (!existsSync(file)) {
    throw new SlipwayError(`There is no state to migrate: ${name} does not exist.`, {
      hint: 'Name the file with the input `state-file`, relative to `working-directory`.',
    })
  }
  const bytes = readFileSync(file)
  return isEmpty(parseState(bytes.toString(), name)) ? undefined : bytes
}

/** Writes the state. @throws SlipwayError when another one is there. */
async function putState(world: World, store: StateStore, original: Buffer, name: string): Promise<void> {
  const existing = await store.get()
  if (existing?.text === original.toString()) {
    world.log.info(`${store.address()} holds this state already.`)
    return
  }
  // Terraform creates an empty state with a new workspace. S3 checks that nothing else is overwritten.
  const vacant = existing !== undefined && isEmpty(parseState(existing.text, store.address()))
  const written = vacant ? await store.replace('', original, existing.etag) : await store.create('', original)
  if (written) {
    world.log.info(`Wrote ${name} to ${store.address()}.`)
    return
  }
  throw new SlipwayError(`${store.address()} holds another state, which was not changed.`, {
    hint: 'Check the backend key and workspace. If that state is wrong, move it away first.',
  })
}

/** Reads the state back with Terraform. @throws SlipwayError when that fails, or the content differs. */
async function verifyState(store: StateStore, original: Buffer, tf: Terraform): Promise<void> {
  const { code: exit, stdout, stderr } = await tf.exec(['state', 'pull'])
  if (exit !== 0) {
    throw new SlipwayError(`\`state pull\` of ${store.address()} failed: ${stderr.trim()}`, {
      hint: 'The state was written there, and the file is still in place. Fix what Terraform reports, then run `migrate-state` again: it continues from here.',
    })
  }
  const expected = contentOf(parseState(original.toString(), 'the file'))
  if (!isDeepStrictEqual(contentOf(parseState(stdout, store.address())), expected)) {
    throw new SlipwayError(`${store.address()} does not hold what was written to it.`, {
      hint: 'Keep the file in git: it has the correct state. Find out what else writes to that key.',
    })
  }
}

function reportMigration({ log, step }: World, file: string, store: StateStore, repository: string): void {
  const commands = cleanUp(file, repository)
  log.notice(`The state is now in ${store.address()}. The summary has the commands that remove the file from git.`)
  for (const command of commands) log.info(command)
  step.summary(
    paragraphs(
      heading(3, 'State migrated'),
      `The state is now in ${code(store.address())}: read back, and a plan on it is empty. Now remove the file from git:`,
      block(commands.join('\n'), 'sh'),
      'It stays in the history of the repository, with every secret in it: rotate those secrets.',
    ),
  )
}
