// The pushes that trigger a deploy: a merge to main, or a version tag.
import type { Settings } from '../../runner/options.ts'
import type { Environment } from '../setup/environments.ts'

import type { Commit } from '../setup/source-repository.ts'

/** A push, with the workflow that it triggers. */
export interface PushEvent {
  readonly workflow: string
  readonly environment: Environment
  readonly ref: string
  readonly commit: Commit
  /** Description for the output. */
  readonly what: string
  /** Repository variables that are known only after the first deploy. */
  readonly vars: Settings['vars']
  /** Changes to the environment of the runner's machine. */
  readonly env: Readonly<Record<string, string>>
}

const short = ({ sha }: Commit) => sha.slice(0, 12)

/** A merge to main: deploys to stage. */
export const merge = (commit: Commit): PushEvent => ({
  workflow: '.github/workflows/deploy-stage.yml',
  environment: 'stage',
  ref: 'refs/heads/main',
  commit,
  what: `commit ${short(commit)}`,
  vars: {},
  env: {},
})

/** A version tag: deploys to prod the image from stage's `repository` that was healthy on stage for this commit. */
export const release = (version: string, commit: Commit, repository: string): PushEvent => ({
  workflow: '.github/workflows/deploy-prod.yml',
  environment: 'prod',
  ref: `refs/tags/${version}`,
  // GitHub sends zeros for a new tag.
  commit: { ...commit, before: '0'.repeat(40) },
  what: `tag ${version} of commit ${short(commit)}`,
  vars: { IMAGE_REPOSITORY: repository },
  // Nothing may be built for prod, so its runner has no Docker engine.
  env: { DOCKER_HOST: 'unix:///no-docker-engine-in-prod.sock' },
})
