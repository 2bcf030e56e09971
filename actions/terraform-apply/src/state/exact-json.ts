import { refuseDeepJson } from '../../../../toolkit/text/json.ts'

declare global {
  // Node has them; TypeScript's library does not yet. https://github.com/tc39/proposal-json-parse-with-source
  interface JSON {
    parse(
      text: string,
      reviver: (key: string, value: unknown, context: { readonly source: string }) => unknown,
    ): unknown
    rawJSON(text: string): unknown
  }
}

/** Parses JSON so that `JSON.stringify` writes every number with all its digits, also those that a JavaScript number cannot hold. */
export function parseExactly(text: string): unknown {
  refuseDeepJson(text, 'The state that Terraform printed')
  return JSON.parse(text, (_: string, value: unknown, { source }: { readonly source: string }) =>
    typeof value === 'number' ? JSON.rawJSON(source) : value,
  )
}
