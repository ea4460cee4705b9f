// Whom the sandbox can speak as: what each may do in a domain is what the domain says.
import type { Bilingual } from '../reader/language.ts'
import type { TokenRequest } from '../reader/development-token.ts'
import { DECLARED_SCOPES } from './generated/declared.ts'
import type { RoleId } from './example.ts'

/** Whom the sandbox can speak as. `token` null sends no token; `purpose` goes into the header `x-hub-purpose`. */
export type Role = { id: RoleId; title: Bilingual; token: TokenRequest | null; purpose: string | null }

const WARD = 'H53.21'
const PROVINCE = 'H53'

const scopesOf = (id: RoleId, ...own: readonly string[]): string => [...(DECLARED_SCOPES[id] ?? []), ...own].join(' ')

export const ROLES: readonly Role[] = [
  {
    id: 'anonymous',
    title: { vi: 'Không có token: dữ liệu mở', en: 'No token: open data' },
    token: null,
    purpose: null,
  },
  {
    id: 'ward-officer',
    title: { vi: 'Cán bộ một cửa của một đơn vị', en: 'Public-service officer of one unit' },
    token: { scope: scopesOf('ward-officer'), agency: WARD, purposes: [] },
    purpose: null,
  },
  {
    id: 'case-handler',
    title: { vi: 'Cán bộ thụ lý, xem dữ liệu cá nhân', en: 'Case handler, sees personal data' },
    token: { scope: scopesOf('case-handler'), agency: WARD, purposes: ['dossier-handling'] },
    purpose: 'dossier-handling',
  },
  {
    id: 'analyst',
    title: { vi: 'Chuyên viên phân tích cấp tỉnh', en: 'Province analyst' },
    token: { scope: scopesOf('analyst'), agency: PROVINCE, purposes: ['statistics'] },
    purpose: null,
  },
  {
    id: 'operator',
    title: { vi: 'Người vận hành trục dữ liệu', en: 'Operator of the hub' },
    token: { scope: scopesOf('operator', 'operation:read', 'operation:write'), agency: PROVINCE, purposes: [] },
    purpose: null,
  },
  {
    id: 'auditor',
    title: { vi: 'Kiểm toán truy cập', en: 'Access auditor' },
    token: { scope: scopesOf('auditor', 'audit:read'), agency: PROVINCE, purposes: ['audit'] },
    purpose: null,
  },
]

export function roleOf(id: string | null | undefined): Role {
  const role = ROLES.find((candidate) => candidate.id === id) ?? ROLES[0]
  if (role === undefined) throw new Error('the list of roles is empty')
  return role
}
