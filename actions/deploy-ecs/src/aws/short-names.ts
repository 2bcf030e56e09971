// Short names of ECS resources, from their ARNs.

/** `family:revision` of a task definition ARN, for people; what is no ARN stays as it is. */
export const revisionName = (arn: string): string => arn.replace(/^arn:.*:task-definition\//, '')

/** The family of a revision, given by ARN or as `family:revision`. */
export const familyOf = (revision: string): string => revisionName(revision).replace(/:\d+$/, '')

/** The number of a revision, given by ARN or as `family:revision`. */
export const revisionNumber = (revision: string): number => Number(/:(\d+)$/.exec(revision)?.[1])

/** A target group's name, from its ARN. */
export const targetGroupName = (arn: string): string => /:targetgroup\/([^/]+)/.exec(arn)?.[1] ?? arn

/** A task's id, from its ARN. */
export const taskId = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1)
