// The rooms of each action's sources, lowest first: a room imports only rooms that stand before it. The files that stand
// outside any room (index.ts, main.ts, post.ts …) may import every room, and no room imports them.
// .dependency-cruiser.mjs turns this list into rules; docs/architecture.md draws it.
export const rooms: Readonly<Record<string, readonly string[]>> = {
  'assume-role': ['inputs', 'sts'],
  'build-image': [
    'image',
    'runner',
    'inputs',
    'registry',
    'sources',
    'engine',
    'pack',
    'engine-push',
    'build',
    'publish',
    'report',
  ],
  'datadog-event': ['api', 'monitors', 'deploy', 'messages', 'inputs', 'gate', 'deployment-gate', 'send'],
  'deploy-ecs': [
    'aws',
    'inputs',
    'task-definition',
    'dependencies',
    'observe',
    'rollback-target',
    'prepare',
    'logs',
    'change',
    'watch',
    'rollback',
    'report',
  ],
  'terraform-apply': [
    'inputs',
    'github',
    'plan-json',
    'tool',
    'terraform',
    'state',
    'lock',
    'operations',
    'approval',
    'review',
    'report',
    'commands',
  ],
}

/** The most source files that one folder may hold. A folder with more holds more than one idea. */
export const mostFilesInAFolder = 20
