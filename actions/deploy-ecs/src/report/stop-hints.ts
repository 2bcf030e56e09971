// What to do about a task that stopped. Pure.

import type { Stop } from '../observe/stopped-task.ts'

const EXIT_CODES: Readonly<Record<number, string>> = {
  0: 'The process ended without an error, but a service has to keep running: check the command.',
  1: 'The application failed: see its log.',
  2: 'The application or its shell rejected its arguments: check the command.',
  126: 'The command exists but cannot be executed: check its permissions.',
  127: 'The command was not found in the image: check the command and the PATH.',
  132: 'An illegal instruction: is the image built for this CPU architecture?',
  134: 'The process aborted (SIGABRT): see its log.',
  137: 'The process was killed (SIGKILL): it was out of memory, or did not end in time after SIGTERM.',
  139: 'The process crashed (SIGSEGV): is the image built for this CPU architecture?',
  143: 'The process was stopped (SIGTERM), as when ECS replaces a task.',
  255: 'The process failed with -1: see its log.',
}

/** What to do about a task that stopped. */
export function hintFor({ kind, reason, exitCode, container }: Stop): string {
  switch (kind) {
    case 'image':
      return imageHint(reason)
    case 'initialisation':
      return /secret|ssm|parameter/i.test(reason)
        ? 'Check that the secret exists, that the execution role may read it, and that the subnet can reach it.'
        : 'The task could not be set up: check its execution role, its log group, its volumes, and that its subnet can reach AWS.'
    case 'out-of-memory':
      return 'It used more memory than its limit: raise `memory`, or find the leak.'
    case 'health-check':
      return /container health/i.test(reason)
        ? "The container runs, but the command of its `healthCheck` does not exit with 0: see the container's log, and run the command in it."
        : 'The container runs, but fails a health check: check its path, port and expected codes, and the grace period of the service.'
    case 'not-started':
      return /network interface/i.test(reason)
        ? 'The network was not ready in time: check free addresses in the subnets and the quota of network interfaces.'
        : 'The container could not be started: check its command, user, volumes and architecture.'
    case 'exited':
      if (/DependencyError/.test(reason)) return `Other containers wait for ${container}, which failed: see its log.`
      return exitCode === undefined
        ? 'An essential container ended: see its log.'
        : (EXIT_CODES[exitCode] ?? signalHint(exitCode))
    case 'interrupted':
      return 'The new revision is not to blame.'
    case 'scaled-in':
      return 'ECS stopped it to run fewer tasks.'
  }
}

function imageHint(reason: string): string {
  if (/platform|exec format/i.test(reason)) return 'The image has no variant for the architecture of the task.'
  if (/not found|does not exist|manifest unknown/i.test(reason))
    return 'The image is not in the registry: check its name, tag and region.'
  if (/denied|unauthorized|authori[sz]ed|no basic auth/i.test(reason)) {
    return 'The execution role may not pull it: it needs ecr:GetAuthorizationToken, ecr:BatchGetImage and ecr:GetDownloadUrlForLayer.'
  }
  if (/toomanyrequests|rate limit/i.test(reason)) return 'The registry limits pulls: use a pull-through cache or ECR.'
  return 'The subnet cannot reach the registry, or the registry refused: check NAT or VPC endpoints, and the execution role.'
}

const signalHint = (exitCode: number): string =>
  exitCode > 128 && exitCode < 160
    ? `The process was ended by signal ${exitCode - 128}.`
    : 'The application failed: see its log.'
