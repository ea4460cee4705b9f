// What a saved operation of the sandbox is.
import type { Bilingual } from '../reader/language.ts'

export type RoleId = 'anonymous' | 'ward-officer' | 'case-handler' | 'analyst' | 'operator' | 'auditor'

/**
 * A saved operation. `roles` are those that get an answer from it; opening it as another role switches to the first.
 * `variables` is the text of the variables editor ('' for none).
 */
export type Example = {
  id: string
  domain: Bilingual
  title: Bilingual
  roles: readonly [RoleId, ...RoleId[]]
  query: string
  variables: string
}
