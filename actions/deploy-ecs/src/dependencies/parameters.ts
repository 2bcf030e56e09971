import { DescribeParametersCommand, SSMClient } from '@aws-sdk/client-ssm'
import { readPages } from '../../../../toolkit/aws/pages.ts'
import { batches } from '../aws/ask-in-batches.ts'
import type { AwsCalls } from '../aws/aws-calls.ts'
import type { Dependency } from './collect.ts'
import { FOUND, type Lookup, lookUp, missing, unknown } from './lookup.ts'

type Parameter = Dependency & { readonly kind: 'parameter' }

/** A filter of DescribeParameters takes 50 values at most. */
const NAMES_A_CALL = 50

/**
 * Looks up parameters, many with one call. DescribeParameters never returns a value; GetParameters would return those of
 * parameters that are not encrypted.
 */
export async function lookUpParameters(
  aws: AwsCalls,
  parameters: readonly Parameter[],
): Promise<ReadonlyMap<Parameter, Lookup>> {
  const [public_, own] = [parameters.filter(isPublic), parameters.filter((parameter) => !isPublic(parameter))]
  const asked = [...Map.groupBy(own, ({ region }) => region)].flatMap(([region, members]) =>
    batches(members, NAMES_A_CALL / 2).map((batch) => ({ region, batch })),
  )
  const found = await Promise.all(asked.map(({ region, batch }) => lookForBatch(aws, region, batch)))
  return new Map([
    ...public_.map((parameter) => [parameter, unknown('AWS does not list its own parameters')] as const),
    ...found.flat(),
  ])
}

/** Parameters that AWS publishes, and references to secrets (`/aws/reference/…`). DescribeParameters lists neither. */
const isPublic = ({ name }: Parameter) => /^\/?aws\//.test(name)

async function lookForBatch(aws: AwsCalls, region: string, batch: readonly Parameter[]) {
  const there = new Set<string>()
  const lookup = await lookUp(aws, {
    permission: 'ssm:DescribeParameters',
    what: `parameters ${batch.map(({ name }) => `\`${name}\``).join(', ')}`,
    ask: (options) =>
      readPages('parameters', async (NextToken) => {
        const page = await aws.clients.of(SSMClient, region).send(
          new DescribeParametersCommand({
            ParameterFilters: [{ Key: 'Name', Option: 'Equals', Values: batch.flatMap(({ names }) => names) }],
            MaxResults: NAMES_A_CALL,
            ...(NextToken ? { NextToken } : {}),
          }),
          options,
        )
        for (const { Name } of page.Parameters ?? []) if (Name !== undefined) there.add(Name)
        return page.NextToken
      }),
    judge: () => FOUND,
  })
  return batch.map((parameter): readonly [Parameter, Lookup] => [
    parameter,
    lookup.kind !== 'found' || parameter.names.some((name) => there.has(name))
      ? lookup
      : missing(`does not exist in ${region}`, 'Create it, or correct its name'),
  ])
}
