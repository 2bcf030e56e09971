// What people usually have to do about a task that stopped. Pure.

import type { Stop } from '../observe/stopped-task.ts'

const EXIT_CODES: Readonly<Record<number, string>> = {
  0: 'The process ended by itself: a service has to go on running. Is its command a one-off?',
  1: 'The application failed: its log says more.',
  2: 'The application or its shell was called wrongly: check the command.',
  126: 'The command is there but cannot be executed: check its permissions.',
  127: 'The command was not found in the image: check the command and the PATH.',
  132: 'An illegal instruction: is the image built for this CPU architecture?',
  134: 'The process aborted itself (SIGABRT): its log says more.',
  137: 'The process was killed (SIGKILL): out of memory, or it did not end in time when it was asked to.',
  139: 'The process crashed (SIGSEGV): is the image built for this CPU architecture?',
  143: 'The process was asked to end (SIGTERM), as when ECS replaces it.',
  255: 'The process failed with -1: its log says more.',
}

/** The next step for somebody who reads why tasks stopped. */
export function hintFor({ kind, reason, exitCode }: Stop): string {
  switch (kind) {
    case 'image':
      return imageHint(reason)
    case 'initialisation':
      return /secret|ssm|parameter/i.test(reason)
        ? 'The execution role may not read a secret, it does not exist, or the subnet cannot reach it.'
        : 'The task could not be set up: check its execution role, log group, volumes and the way out of its subnet.'
    case 'out-of-memory':
      return "It used more memory than it has: raise `memory`, or find the leak. 137 is Docker's code for a killed process."
    case 'health-check':
      return 'The container runs but does not answer its health check: check path, port, expected codes, and the grace period.'
    case 'not-started':
      return /network interface/i.test(reason)
        ? 'The network was not ready in time: check free addresses in the subnets and the quota of network interfaces.'
        : 'The container could not be started: check its command, user, volumes and architecture.'
    case 'exited':
      return exitCode === undefined
        ? 'An essential container ended: its log says more.'
        : (EXIT_CODES[exitCode] ?? signalHint(exitCode))
    case 'interrupted':
      return 'This does not speak against the new revision.'
    case 'scaled-in':
      return 'ECS stopped it itself.'
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
  return 'The registry cannot be reached from the subnet, or it refused: check NAT or VPC endpoints, and the execution role.'
}

const signalHint = (exitCode: number): string =>
  exitCode > 128 && exitCode < 160
    ? `The process was ended by signal ${exitCode - 128}.`
    : 'The application failed: its log says more.'
