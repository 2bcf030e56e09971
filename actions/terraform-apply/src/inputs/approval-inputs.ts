import { InputError } from '../../../../toolkit/errors.ts'
import type { InputReader } from '../../../../toolkit/inputs.ts'

/** The approved plan, and the key that approvals are made with. */
export interface ApprovalInputs {
  /** `pull-request`, a fingerprint, or a sealed approval. */
  readonly approved: string | undefined
  readonly key: string | undefined
}

/** @throws InputError when the key is too short, or an input that the others need is missing. */
export function readApproval(reader: InputReader, required: boolean): ApprovalInputs {
  const approved = reader.text('approved-plan')
  const key = reader.text('fingerprint-key')
  if (key !== undefined && key.length < 16) {
    throw new InputError('fingerprint-key', 'is shorter than 16 characters, so it could be guessed.', {
      hint: 'Make one with `openssl rand -base64 32`, and keep it as a secret of the repository.',
    })
  }
  if (approved !== undefined && key === undefined) {
    throw new InputError('fingerprint-key', 'is missing, and `approved-plan` needs it.', {
      hint: 'Pass the same secret to the step that plans and to the step that applies.',
    })
  }
  if (required && approved === undefined) {
    throw new InputError('approved-plan', 'is missing: `verify` compares a new plan with it.', {
      hint: 'Set it to `pull-request`, or to the output `approval` of the step that planned.',
    })
  }
  return { approved, key }
}
