import { approvalIn, approvalNote } from '../../../../actions/terraform-apply/src/approval/approval-comment.ts'

test('finds the approval that a comment holds', () => {
  const note = approvalNote('v1.body.mac')
  expect(approvalIn(`a plan\n\n${note}`)).toBe('v1.body.mac')
  expect(approvalIn('a plan')).toBeUndefined()
})

test('leaves an approval out of the comment that is too long for it', () => {
  expect(approvalNote('x'.repeat(30_000))).toBeDefined()
  expect(approvalNote('x'.repeat(30_001))).toBeUndefined()
})
