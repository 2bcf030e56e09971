import { outputsAfterApply, setOutputs } from '../../../../actions/terraform-apply/src/commands/outputs.ts'
import type { Terraform } from '../../../../actions/terraform-apply/src/terraform/terraform.ts'
import { fakeWorld } from '../fake-world.ts'

const terraform = (code: number, stdout: string) => {
  const calls: (readonly string[])[] = []
  const exec = async (args: readonly string[]) => {
    calls.push(args)
    return { code, stdout, stderr: 'why' }
  }
  return { calls, tf: { product: 'Terraform', exec } as unknown as Terraform }
}

test('takes the outputs that apply printed, unless one is sensitive', async () => {
  const { calls, tf } = terraform(0, '{"secret":{"sensitive":true,"value":"hunter2"}}')
  const printed = { url: { sensitive: false, value: 'x' } }
  expect(await outputsAfterApply(tf, printed)).toBe(printed)
  expect(calls).toEqual([])
  expect(await outputsAfterApply(tf, { secret: { sensitive: true } })).toEqual({
    secret: { sensitive: true, value: 'hunter2' },
  })
  await outputsAfterApply(tf, undefined)
  expect(calls).toHaveLength(2)
})

test('says that the apply succeeded when the outputs cannot be read', async () => {
  await expect(outputsAfterApply(terraform(1, '').tf, undefined)).rejects.toMatchObject({
    message: '`Terraform output` failed: why',
    hint: expect.stringContaining('The apply itself succeeded.'),
  })
})

test('sets each output, and all of them as JSON with sensitive ones masked and hidden', () => {
  const { world, outputs, masked } = fakeWorld()
  setOutputs(world, {
    url: { sensitive: false, value: 'https://x' },
    nothing: { sensitive: false },
    login: { sensitive: true, value: { password: 'hunter2' } },
  })
  expect(outputs).toEqual({
    url: 'https://x',
    nothing: '',
    login: { password: 'hunter2' },
    outputs: { url: 'https://x', nothing: null, login: '***' },
  })
  expect(masked).toEqual(expect.arrayContaining(['hunter2', '{"password":"hunter2"}']))
})

test('does not overwrite an output of the action', () => {
  const { world, outputs, lines } = fakeWorld()
  setOutputs(world, { changes: { sensitive: false, value: 'mine' } })
  expect(outputs).toEqual({ outputs: { changes: 'mine' } })
  expect(lines).toEqual([expect.stringContaining('warning: The Terraform output `changes` has the name')])
})
