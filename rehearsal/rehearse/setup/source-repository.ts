// The repository that is deployed: a copy of the parts of this one that examples/web needs, with its own history, so that
// a rehearsal can commit to it.
import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { appendFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'

export interface Commit {
  readonly sha: string
  readonly before: string
  readonly message: string
}

export class SourceRepository {
  readonly folder: string
  readonly #commits: string[] = []

  /** Copies `paths` below `root` into a new repository, without files that git ignores. */
  constructor(root: string, paths: readonly string[], folder: string) {
    this.folder = folder
    mkdirSync(folder, { recursive: true })
    for (const path of paths) cpSync(join(root, path), join(folder, path), { recursive: true, filter: isSource })
    this.#git('init', '--quiet', '--initial-branch=main')
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts)
  }

  /** The commits so far, oldest first. */
  get commits(): readonly string[] {
    return this.#commits
  }

  /** Commits all changes. The message has a random id, so that two rehearsals never make the same commit. */
  commit(message: string): Commit {
    this.#git('add', '--all')
    this.#git('commit', '--quiet', '--message', message, '--message', `Rehearsal: ${randomUUID()}`)
    const before = this.#commits.at(-1) ?? '0'.repeat(40)
    const sha = this.#git('rev-parse', 'HEAD').trim()
    this.#commits.push(sha)
    return { sha, before, message }
  }

  tag(name: string, { sha }: Commit): void {
    this.#git('tag', name, sha)
  }

  #git(...args: string[]): string {
    // Ignores the user's git configuration, such as signed commits and hooks.
    const own = ['-c', 'user.name=Rehearsal', '-c', 'user.email=rehearsal@example.com', '-c', 'commit.gpgsign=false']
    const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' }
    return execFileSync('git', ['-C', this.folder, ...own, ...args], { encoding: 'utf8', env, stdio: 'pipe' })
  }
}

const leftOut = new Set(['.terraform', 'node_modules'])
const isSource = (path: string) => !leftOut.has(basename(path))

/** Changes the version of examples/web: the change that a deploy ships. */
export function setVersion(source: SourceRepository, version: string): void {
  const file = source.path('examples/web/package.json')
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  writeFileSync(file, `${JSON.stringify({ ...manifest, version }, null, 2)}\n`)
}

/** Lets prod's account pull from stage's registry, as a team would set it in stage.tfvars. */
export function allowPull(source: SourceRepository, account: string): void {
  appendFileSync(source.path('examples/web/infra/stage.tfvars'), `pull_accounts = ["${account}"]\n`)
}
