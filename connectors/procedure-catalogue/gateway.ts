// Asks the portal's gateway for a page of one of its lists.
import { ConnectorFailure } from '#connector'
import type { Context, Json } from '#connector'
import type { manifest } from './manifest.ts'

export type CatalogueContext = Context<typeof manifest>

/** A list of the gateway: how one page of it is asked for, and what its rows are called by. */
export interface List<Total = string | null> {
  readonly title: string
  readonly key: string
  /** The member that repeats the whole list's count on each row; null for a list that comes in one answer. */
  readonly total: Total
  question(pageSize: number, page: number): { readonly [name: string]: string | number }
}

// Names and values of the parameters are those of the portal's own pages.
const online = (title: string, audience: 1 | 5): List<string> => ({
  title,
  key: 'TTHC_MA',
  total: 'TOTAL_RECORDS',
  question: (pageSize, page) => ({
    service: 'get_ds_tthc_da_cong_bo_dvc_service',
    type: 'ref',
    provider: 'dvcquocgiaRead',
    pKeyWord: '',
    pCoQuanId: -1,
    pObjectType: audience,
    pMucDo: -1,
    p_Page_Size: pageSize,
    p_Page_Index: page,
  }),
})

export const lists = {
  'citizen-procedures': online('citizen-procedures', 1),
  'business-procedures': online('business-procedures', 5),
  'procedure-details': {
    title: 'procedure-details',
    key: 'ID',
    total: 'AMOUNT',
    question: (pageSize, page) => ({
      service: 'procedure_advanced_search_service_v2',
      provider: 'dvcquocgia',
      type: 'ref',
      recordPerPage: pageSize,
      pageIndex: page,
      is_connected: 0,
      keyword: '',
      agency_type: '0',
      impl_agency_id: '-1',
      object_id: '-1',
      field_id: '-1',
      impl_level_id: '-1',
    }),
  },
  agencies: {
    title: 'agencies',
    key: 'ID',
    total: null,
    question: () => ({ service: 'get_list_agency_service_v2', provider: 'dvcquocgia', type: 'ref' }),
  },
} as const satisfies { readonly [stream: string]: List }

/** The rows of one page, as the gateway sent them; SOURCE_CHANGED when the answer is not a JSON array. */
export async function ask(
  context: CatalogueContext,
  list: List,
  pageSize: number,
  page: number,
): Promise<readonly Json[]> {
  const answer = await context.transport.exchange(
    {
      url: context.settings.url,
      method: 'POST',
      headers: { accept: 'application/json', 'x-requested-with': 'XMLHttpRequest' },
      body: new URLSearchParams({ params: JSON.stringify(list.question(pageSize, page)) }),
      expect: 'json',
      repeatable: true,
    },
    context.signal,
  )
  const rows = answer.json()
  if (!Array.isArray(rows)) {
    throw new ConnectorFailure(
      'SOURCE_CHANGED',
      `The list ${list.title} answered no JSON array where rows are expected.`,
    )
  }
  return rows as readonly Json[]
}

/** The list's whole count as the page's rows repeat it; SOURCE_CHANGED where not one row has it. */
export function announced(list: List<string>, rows: readonly Json[]): number {
  for (const row of rows) {
    if (typeof row !== 'object' || row === null || Array.isArray(row)) continue
    const found = (row as { readonly [name: string]: Json })[list.total]
    const total =
      typeof found === 'number' ? found : typeof found === 'string' && /^\d{1,9}$/.test(found) ? Number(found) : NaN
    if (Number.isSafeInteger(total) && total >= 0) return total
  }
  throw new ConnectorFailure('SOURCE_CHANGED', `No row of the list ${list.title} has its total (${list.total}).`)
}
