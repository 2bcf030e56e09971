import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import { block, code, heading, join as paragraphs } from '../../../../toolkit/markdown.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { withLock } from '../lock/with-lock.ts'
import { init } from '../operations/init.ts'
import { makePlan } from '../operations/plan.ts'
import { headline } from '../report/plan-report.ts'
import { review } from '../review/review.ts'
import { type Backend, localStateFile, workspaceOf } from '../state/backend.ts'
import { withStateAside } from '../state/state-file-aside.ts'
import { contentOf, isEmpty, parseState } from '../state/state-format.ts'
import { type StateStore, stateStore } from '../state/state-store.ts'
import { requireKnownSettings } from '../state/unsupported-settings.ts'
import type { Terraform } from '../terraform/terraform.ts'

/**
 * Takes a state from a file in the repository to S3: writes the very bytes, only where nothing is, reads them back, and plans.
 * Terraform's own `init -migrate-state -force-copy` would overwrite a state that is there, and start its history anew.
 */
export async function migrateState(inputs: Inputs, tf: Terraform, world: World): Promise<void> {
  const { stack } = inputs
  const file = resolve(stack.directory, inputs.stateFile ?? localStateFile(workspaceOf(stack, world.env)))
  const name = relative(stack.root, file)
  const original = readOriginal(file, name)
  if (original === undefined)
    return world.log.notice(`${name} holds no resources and no outputs; there is nothing to migrate.`)

  const run = await withStateAside(file, world, async () => {
    const backend = await init(stack, tf, world)
    const store = stateStore(backend, stack, world)
    if (store === undefined) {
      throw new SlipwayError(
        `\`migrate-state\` takes a state to S3, and the backend of \`${stack.path}\` is ${backend.type}.`,
        {
          hint: 'Use an S3 backend, or move the state by hand with `terraform init -migrate-state`.',
        },
      )
    }
    refuseDynamoDb(backend, stack.path)
    requireKnownSettings(
      'migrate-state',
      backend,
      world.env,
      'Move the state by hand with `terraform init -migrate-state`.',
    )
    await withLock(store, world, () => putState(store, original, name, world))
    await verifyState(store, original, tf)
    world.log.info(`${store.address()} holds what ${name} holds: read back, and equal.`)
    return { inputs, tf, backend, store, world }
  })

  // With the file aside, or Terraform would find two states.
  const reviewed = await withStateAside(file, world, async () => review(await makePlan(run), run))
  if (reviewed.hasChanges) {
    const what = headline(reviewed.changes, reviewed.outputs).replaceAll('*', '')
    throw new SlipwayError(`The state is safe in ${run.store.address()}, but the plan on it is not empty: ${what}`, {
      hint: `Nothing was changed, and ${name} is still there. See whether a plan on the old state says the same; if so, apply it. Then run \`migrate-state\` again.`,
    })
  }
  step(file, run.store, stack.root, world)
}

/** Takes the file and its backups out of git, and keeps them out; no other state, which may not be migrated yet. */
function cleanUp(file: string, root: string): readonly string[] {
  const [folder, own] = [dirname(file), basename(file)]
  const states = readdirSync(folder).filter((name) => name === own || name.startsWith(`${own}.`))
  const named = own.endsWith('.tfstate') ? [] : [`/${relative(root, file)}`]
  const ignored = ['*.tfstate', '*.tfstate.*', '.terraform/', ...named].map(quoted)
  return [
    ...states.map((name) => `git rm --cached --ignore-unmatch ${shellWord(relative(root, join(folder, name)))}`),
    // An empty line first: the last one that is there may have no end.
    `printf '%s\\n' '' ${ignored.join(' ')} >> .gitignore`,
  ]
}

const shellWord = (text: string): string => (/^[\w./-]+$/.test(text) ? text : quoted(text))

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

function refuseDynamoDb({ config }: Backend, path: string): void {
  const table = config['dynamodb_table']
  if (!table) return
  throw new SlipwayError(
    `The S3 backend of \`${path}\` has its lock in the DynamoDB table ${table}, and the digest of its state; \`migrate-state\` writes neither.`,
    {
      hint: 'Nothing was changed. Set `use_lockfile = true` in the backend block, and take `dynamodb_table` out of it; then run `migrate-state` again.',
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

/** Writes the state, and never over another one. */
async function putState(store: StateStore, original: Buffer, name: string, world: World): Promise<void> {
  const there = await store.look()
  if (there?.text === original.toString()) {
    world.log.info(`${store.address()} holds this state already.`)
    return
  }
  // Terraform makes an empty state with a new workspace. S3 itself sees to it that nothing else is overwritten.
  const vacant = there !== undefined && isEmpty(parseState(there.text, store.address()))
  const written = vacant ? await store.replace('', original, there.etag) : await store.create('', original)
  if (written) {
    world.log.info(`Wrote ${name} to ${store.address()}.`)
    return
  }
  throw new SlipwayError(`${store.address()} holds another state. It was not touched.`, {
    hint: 'Check the backend key and workspace. If that state is empty or wrong, move it away by hand first.',
  })
}

/** Reads the state back the way Terraform does. */
async function verifyState(store: StateStore, original: Buffer, tf: Terraform): Promise<void> {
  const { code: exit, stdout, stderr } = await tf.query(['state', 'pull'])
  if (exit !== 0) {
    throw new SlipwayError(`\`state pull\` of ${store.address()} failed: ${stderr.trim()}`, {
      hint: 'The state was written there, and the file is still in place. Mend what Terraform names, then run `migrate-state` again: it goes on from here.',
    })
  }
  const expected = contentOf(parseState(original.toString(), 'the file'))
  if (!isDeepStrictEqual(contentOf(parseState(stdout, store.address())), expected)) {
    throw new SlipwayError(`${store.address()} does not read back as what was written.`, {
      hint: 'Keep the file in git: it is the good one. Look at what else writes to that key.',
    })
  }
}

function step(file: string, store: StateStore, root: string, { log, step: page }: World): void {
  const commands = cleanUp(file, root)
  log.notice(`The state is in ${store.address()} now; the summary says what to delete from git.`)
  for (const command of commands) log.info(command)
  page.summary(
    paragraphs(
      heading(3, 'The state has moved'),
      `It is in ${code(store.address())} now: read back, and a plan on it is empty. Now delete it from git:`,
      block(commands.join('\n'), 'sh'),
      'It stays in the history of the repository, with every secret in it: change those.',
    ),
  )
}
