// What sets a deploy off: a merge to main, or a version tag. Each is a push, and GitHub has a workflow for it.
import type { Settings } from '../../runner/options.ts'
import type { Environment } from '../setup/github-settings.ts'
import type { Commit } from '../setup/source-repository.ts'

export interface Push {
  readonly workflow: string
  readonly environment: Environment
  readonly ref: string
  readonly commit: Commit
  /** In people's words. */
  readonly what: string
  /** Variables of the repository that a team sets once it knows them. */
  readonly vars: Settings['vars']
  /** What the runner's machine has otherwise than this one. */
  readonly env: Readonly<Record<string, string>>
}

const short = ({ sha }: Commit) => sha.slice(0, 12)

/** A merge to main goes to stage. */
export const merge = (commit: Commit): Push => ({
  workflow: '.github/workflows/deploy-stage.yml',
  environment: 'stage',
  ref: 'refs/heads/main',
  commit,
  what: `commit ${short(commit)}`,
  vars: {},
  env: {},
})

/** A version tag goes to prod, with what was healthy on stage for its commit, in stage's `repository`. */
export const release = (version: string, commit: Commit, repository: string): Push => ({
  workflow: '.github/workflows/deploy-prod.yml',
  environment: 'prod',
  ref: `refs/tags/${version}`,
  // A tag that is new has nothing before it.
  commit: { ...commit, before: '0'.repeat(40) },
  what: `tag ${version} of commit ${short(commit)}`,
  vars: { IMAGE_REPOSITORY: repository },
  // Nothing is to be built for prod, so its runner has no Docker engine to do it with.
  env: { DOCKER_HOST: 'unix:///no-docker-engine-in-prod.sock' },
})
