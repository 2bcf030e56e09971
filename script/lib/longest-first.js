// Starts the longest test files first, so that no worker runs one alone at the end. Jest knows their durations
// from its last run here. On a fresh machine it sorts by size, which is wrong for these: few lines that wait for Terraform.
// Unit tests are short at any size, and start last.
import Sequencer from '@jest/test-sequencer'

const LONGEST = [
  'e2e/rehearse',
  'terraform-apply/cancel-aws-provider',
  'terraform-apply/cancel-interrupt',
  'cloud/terraform',
  'terraform-apply/kill-during-apply',
  'terraform-apply/aws-provider',
  'build-image/engine-push',
  'deploy-ecs/real-containers',
  'terraform-apply/drift',
  'getting-started',
  'modules/permissions',
  'modules/state-backend',
  'terraform-apply/secrets',
  'modules/ci-access',
]

export default class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path, duration }) => {
      const found = LONGEST.findIndex((name) => path.endsWith(`${name}.test.ts`))
      if (duration !== undefined) return LONGEST.length
      if (found >= 0) return found
      return path.includes('/test/unit/') ? LONGEST.length + 1 : LONGEST.length
    }
    return super.sort(tests).toSorted((a, b) => rank(a) - rank(b))
  }
}
