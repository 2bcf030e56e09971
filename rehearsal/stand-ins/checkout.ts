import { execFileSync } from 'node:child_process'
import type { StandIn } from '../runner/stand-in.ts'

/** Simulates actions/checkout: fetches the commit from the repository's folder on this machine. */
export const checkout: StandIn = {
  inputs: ['ref', 'fetch-depth', 'persist-credentials'],
  run: async ({ inputs, github, workspace, source, log }) => {
    const wanted = inputs['ref'] || String(github['sha'])
    const git = (...args: string[]) =>
      execFileSync('git', ['-C', workspace, ...args], { encoding: 'utf8', stdio: 'pipe' })
    git('init', '--quiet')
    git('fetch', '--quiet', '--depth=1', `file://${source}`, wanted)
    git('checkout', '--quiet', '--force', 'FETCH_HEAD')
    const commit = git('rev-parse', 'HEAD').trim()
    log(`Checked out ${commit} from the rehearsal's repository`)
    return { outputs: { ref: wanted, commit } }
  },
}
