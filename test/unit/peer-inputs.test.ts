// Workflows that move here from another action keep its inputs at first. The runner hands over what action.yml does not declare,
// and only warns. So each input of a peer is one of ours, or is refused by name with what to do instead; each output is one of
// ours, or has its line in the README. The lists are those of the peers' action.yml of August 2026, with what older versions had:
// deploy-task-definition 2.6.3, render-task-definition 1.9.0, configure-aws-credentials of 2026-08-18, ecr-login 2.1.7, build-push of
// 2026-07-09, login-action of 2026-04-27, masci/datadog of 2026-08-11, dflook 3.0.0, setup-terraform, Datadog's deployment gate.
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { InputError } from '../../toolkit/errors.ts'
import { declaredInputs } from '../support/action-inputs.ts'
import { reading } from '../support/action-readers.ts'

interface Peer {
  readonly name: string
  readonly action: string
  readonly inputs: string
  /** Inputs that pass, as they ask for nothing there either in what our action does. */
  readonly ignored?: string
  readonly outputs: string
}

const PEERS: readonly Peer[] = [
  {
    name: 'aws-actions/configure-aws-credentials',
    action: 'assume-role',
    inputs: `aws-region aws-profile overwrite-aws-profile role-to-assume aws-access-key-id aws-secret-access-key
      aws-session-token web-identity-token-file role-chaining audience http-proxy no-proxy mask-aws-account-id
      role-duration-seconds role-external-id role-session-name role-skip-session-tagging transitive-tag-keys
      inline-session-policy managed-session-policies output-credentials output-env-credentials unset-current-credentials
      disable-retry retry-max-attempts special-characters-workaround use-existing-credentials allowed-account-ids
      force-skip-oidc action-timeout-s custom-tags sts-endpoint`,
    outputs:
      'aws-account-id aws-access-key-id aws-secret-access-key aws-session-token aws-expiration authenticated-arn',
  },
  {
    name: 'aws-actions/amazon-ecs-deploy-task-definition',
    action: 'deploy-ecs',
    inputs: `task-definition desired-count service cluster wait-for-service-stability wait-for-minutes
      wait-max-delay-seconds codedeploy-appspec codedeploy-application codedeploy-deployment-group
      codedeploy-deployment-description codedeploy-deployment-config force-new-deployment service-managed-ebs-volume-name
      service-managed-ebs-volume run-task run-task-container-overrides run-task-security-groups run-task-subnets
      run-task-assign-public-IP run-task-capacity-provider-strategy run-task-launch-type run-task-started-by run-task-tags
      run-task-managed-ebs-volume-name run-task-managed-ebs-volume wait-for-task-stopped enable-ecs-managed-tags
      propagate-tags keep-null-value-keys max-retries`,
    outputs: 'task-definition-arn codedeploy-deployment-id run-task-arn',
  },
  {
    name: 'aws-actions/amazon-ecs-render-task-definition',
    action: 'deploy-ecs',
    inputs: `task-definition task-definition-arn task-definition-family task-definition-revision container-name image
      environment-variables log-configuration-log-driver log-configuration-options docker-labels command task-role-arn
      execution-role-arn env-files secrets`,
    outputs: 'task-definition',
  },
  {
    name: 'docker/build-push-action',
    action: 'build-image',
    inputs: `add-hosts allow annotations attests build-args build-contexts builder cache-from cache-to call cgroup-parent
      context file labels load network no-cache no-cache-filters outputs platforms provenance pull push sbom secrets
      secret-envs secret-files shm-size ssh tags target ulimit`,
    // For a context that the builder fetches from GitHub: ours is a folder.
    ignored: 'github-token',
    outputs: 'imageid digest metadata',
  },
  {
    name: 'docker/login-action',
    action: 'build-image',
    inputs: 'registry username password ecr scope logout registry-auth',
    outputs: '',
  },
  {
    name: 'aws-actions/amazon-ecr-login',
    action: 'build-image',
    inputs: 'http-proxy mask-password registries registry-type skip-logout',
    outputs: 'registry docker_username_… docker_password_…',
  },
  {
    name: 'masci/datadog',
    action: 'datadog-event',
    inputs: `api-key api-url metrics metrics-file events events-file service-checks service-checks-file log-api-url logs
      logs-file ignore-timeouts timeout`,
    outputs: '',
  },
  {
    name: 'DataDog/deployment-gate-github-action',
    action: 'datadog-event',
    inputs: `service env version identifier primary-tag scope tags dry-run fail-if-unavailable fail-on-empty timeout
      no-wait apm-primary-tag config fail-on-error datadog-ci-version`,
    outputs: '',
  },
  {
    name: 'dflook/terraform-plan, terraform-apply, and those whose commands ours has',
    action: 'terraform-apply',
    inputs: `path workspace label variables var var_file backend_config backend_config_file replace target exclude destroy
      refresh plan_path auto_approve add_github_comment parallelism lock_id backend_type test_directory test_filter`,
    outputs: `changes plan_path json_plan_path text_plan_path to_add to_change to_destroy to_move to_import run_id
      failure_reason failure-reason lock_info lock-info json_output_path`,
  },
  {
    name: 'hashicorp/setup-terraform',
    action: 'terraform-apply',
    inputs: `cli_config_credentials_hostname cli_config_credentials_token terraform_version terraform_version_file
      terraform_wrapper`,
    outputs: 'stdout stderr exitcode',
  },
]

const words = (text: string) => text.split(/\s+/).filter(Boolean)
const file = (path: string) => readFileSync(new URL(`../../actions/${path}`, import.meta.url), 'utf8')

describe.each(PEERS)('$name', ({ action, inputs, ignored = '', outputs }) => {
  const ours = Object.keys(declaredInputs(action))
  const refused = words(inputs).filter((name) => !ours.includes(name))

  if (refused.length > 0) {
    test.each(refused)('its input %s is refused, with what to do instead', (name) => {
      const error = reading(action, { [name]: 'x' })
      expect(error).toBeInstanceOf(InputError)
      expect((error as InputError).message.toLowerCase()).toBe(
        `input \`${name.toLowerCase()}\` is not one of this action.`,
      )
      expect((error as InputError).hint).toMatch(/\w+ .*\.$/)
    })
  }

  if (ignored !== '') {
    test.each(words(ignored))('its input %s is ignored', (name) => {
      expect(reading(action, { [name]: 'x' })).toEqual(reading(action, {}))
    })
  }

  if (outputs !== '') {
    test.each(words(outputs))('its output %s is one of ours, or the README says what replaces it', (name) => {
      const moving = /^## Moving from[\s\S]*?(?=^## )/m.exec(file(`${action}/README.md`))?.[0] ?? ''
      const known = Object.keys((parse(file(`${action}/action.yml`)) as { readonly outputs: object }).outputs)
      expect([...known, ...[...moving.matchAll(/`([^`]+)`/g)].map(([, word]) => word)]).toContain(name)
    })
  }
})

test.each([
  ['deploy-ecs', 'enable-ecs-managed-tags', 'false'],
  ['terraform-apply', 'auto_approve', 'false'],
])('%s refuses %s at `%s`, where the peer does something, too', (action, name, value) => {
  expect(reading(action, { [name]: value })).toBeInstanceOf(InputError)
})

test.each([
  ['assume-role', 'disable-retry', 'false'],
  ['build-image', 'load', 'false'],
  ['deploy-ecs', 'run-task', 'false'],
  ['datadog-event', 'metrics', '[]'],
])('%s lets %s pass at `%s`, which asks for nothing', (action, name, value) => {
  expect(reading(action, { [name]: value })).toEqual(reading(action, {}))
})
