import type { Members } from '../kernel/call.ts'
import { AwsError } from '../kernel/errors.ts'
import { type Misfit, misfits, operationShapes, type Schema } from '../kernel/protocol/shapes.ts'

/** ECS's messages for missing required members. */
const BLANK: Readonly<Record<string, AwsErrorLike>> = {
  'CreateService.serviceName': ['InvalidParameterException', 'Service name can not be blank.'],
  'RunTask.taskDefinition': ['InvalidParameterException', 'TaskDefinition can not be blank.'],
  'RegisterTaskDefinition.family': ['ClientException', 'Family should not be null or empty.'],
  'RegisterTaskDefinition.containerDefinitions': ['ClientException', 'Container list cannot be empty.'],
  'DescribeTasks.tasks': ['InvalidParameterException', 'Tasks cannot be empty.'],
  'DescribeServices.services': ['InvalidParameterException', 'Services cannot be empty.'],
  'DescribeTaskDefinition.taskDefinition': ['ClientException', 'Task Definition can not be blank.'],
  'DeregisterTaskDefinition.taskDefinition': ['ClientException', 'Task Definition can not be blank.'],
}
type AwsErrorLike = readonly [code: string, message: string]

/** Refuses a request that does not match its shape. AWS checks this first. */
export function refuseMisfits(operation: string, schema: Schema, input: Members): void {
  const wrong = misfits(operationShapes(schema).input, input)
  const type = wrong.find(({ kind }) => kind === 'type')
  if (type !== undefined) throw new AwsError('SerializationException', serializationMessage(type))
  // AWS ignores unknown members. The SDK does not send them.
  const missing = wrong.find(({ kind }) => kind === 'missing')
  if (missing === undefined) return
  const [code, message] = BLANK[`${operation}.${missing.path}`] ?? [
    'InvalidParameterException',
    `${capitalised(missing.path)} can not be blank.`,
  ]
  throw new AwsError(code, message)
}

function serializationMessage({ found, wanted, path }: Misfit): string {
  const at = ` (at ${path || 'the request'})`
  if (found === 'Structure') return `Start of structure or map found where not expected.${at}`
  if (found === 'List') return `Start of list found where not expected.${at}`
  if (wanted === 'List') return `Expected list or null${at}`
  if (wanted === 'Structure' || wanted === 'Map') return `Expected null${at}`
  const token = { String: 'STRING_VALUE', Number: 'NUMBER_VALUE', Boolean: 'TRUE_VALUE' }[found] ?? found
  return `${token} can not be converted to ${wanted === 'Integer' ? 'an' : 'a'} ${wanted}${at}`
}

const capitalised = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
