// Stores messages and the documents that are folded from them.
import { sql, type Transaction } from 'kysely'
import type { AgencyMention, DocumentRecord, DocumentReference } from '../../contract/entity.ts'
import type { Sink } from '../../db/sink.ts'
import type { Tables } from '../../db/tables.ts'
import { foldText } from '../../graph/sql/words.ts'
import { resolveAgencies, type ResolvedAgency } from '../agency/index.ts'
import { foldDocument, type FoldedDocument } from './fold.ts'

type Agencies = ReadonlyMap<string, ResolvedAgency>

const mention = (code: string): AgencyMention => ({ code, name: null, externalId: null })

/** Agencies of a message: those that it names, and those that its references name by code alone. */
function mentionsOf(record: DocumentRecord): AgencyMention[] {
  const about = [mention(record.about.sender)]
  if (record.kind === 'STATUS' || record.kind === 'REVOKE') return [...about, record.agency]
  const { sender, recipients, respondsTo } = record.content
  const replaced = record.kind === 'REPLACE' ? record.replaces : []
  return [...about, ...[...respondsTo, ...replaced].map((one) => mention(one.sender)), sender, ...recipients]
}

/** (sender, DocumentId) and, where a message lacks it, (sender, code, date); senders by agency, whatever form their code has. */
function namesOf(reference: DocumentReference, agencies: Agencies): { identity: string; fallback: string | null } {
  const sender = agencies.get(reference.sender)?.id ?? reference.sender
  const fallback =
    reference.code === null || reference.promulgatedAt === null
      ? null
      : `${sender}|${reference.code}|${reference.promulgatedAt}`
  return { identity: reference.id === null ? `?${fallback ?? sender}` : `${sender}|${reference.id}`, fallback }
}

/** The documents that a message says something about: a replacement speaks of those that it replaces. */
const targetsOf = (record: DocumentRecord): readonly DocumentReference[] =>
  record.kind === 'REPLACE' && record.replaces.length > 0 ? record.replaces : [record.about]

export const documentSink: Sink<DocumentRecord> = {
  async upsert(trx, changes) {
    const first = changes[0]
    if (first === undefined) return
    await lockDocuments(trx, first.source)
    const agencies = await resolveAgencies(
      trx,
      first.source,
      changes.flatMap(({ record }) => mentionsOf(record)),
    )
    const parts = changes.flatMap(({ key, record, run, firstSeenAt, changedAt }) =>
      targetsOf(record).map((target, seq) => ({
        key,
        seq,
        ...namesOf(target, agencies),
        at: record.at,
        body: record,
        first_seen_at: firstSeenAt,
        changed_at: changedAt,
        run_id: run,
      })),
    )
    const before = await sql<{ identity: string; fallback: string | null }>`
      delete from document_part where source_id = ${first.source} and stream_id = ${first.stream}
        and key = any(${changes.map((change) => change.key)}::text[]) returning identity, fallback
    `.execute(trx)
    await sql`
      insert into document_part (source_id, stream_id, key, seq, identity, fallback, at, body, first_seen_at, changed_at, run_id)
      select ${first.source}, ${first.stream}, key, seq, identity, fallback, at, body, first_seen_at, changed_at, run_id
      from json_to_recordset(${JSON.stringify(parts)}) as p(key text, seq integer, identity text, fallback text,
        at timestamptz, body jsonb, first_seen_at timestamptz, changed_at timestamptz, run_id bigint)
    `.execute(trx)
    await refold(trx, first.source, [...parts, ...before.rows])
  },

  async remove(trx, removals) {
    const first = removals[0]
    if (first === undefined) return
    await lockDocuments(trx, first.source)
    const { rows } = await sql<{ identity: string; fallback: string | null }>`
      delete from document_part where source_id = ${first.source} and stream_id = ${first.stream}
        and key = any(${removals.map((removal) => removal.key)}::text[]) returning identity, fallback
    `.execute(trx)
    await refold(trx, first.source, rows)
  },
}

/** Streams are read side by side: of two that fold one document at once, neither would see the other's part. */
async function lockDocuments(trx: Transaction<Tables>, source: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('hub documents'), hashtext(${source}))`.execute(trx)
}

interface PartRow {
  readonly stream_id: string
  readonly key: string
  readonly seq: number
  readonly identity: string
  readonly fallback: string | null
  readonly body: DocumentRecord
  readonly first_seen_at: string
  readonly changed_at: string
  readonly run_id: number
}

/** The documents that the touched parts belong to are computed again from all their parts. */
async function refold(
  trx: Transaction<Tables>,
  source: string,
  touched: readonly { readonly identity: string; readonly fallback: string | null }[],
): Promise<void> {
  // Documents of a sender that proved to be another's second number wait under this mark to be folded together.
  const marked = await sql<{ identity: string; fallback: string | null }>`
    select p.identity, p.fallback from document d join document_part p
      on p.source_id = d.source_id and p.stream_id = d.stream_id and p.key = d.external_id
    where d.source_id = ${source} and d.identity = '!'
  `.execute(trx)
  const all = [...touched, ...marked.rows]
  const fallbacks = [...new Set(all.flatMap((one) => one.fallback ?? []))]
  const identities = [...new Set(all.map((one) => one.identity))]
  const { rows } = await sql<PartRow>`
    with recursive near(identity) as (
      select identity from document_part
      where source_id = ${source} and (identity = any(${identities}::text[]) or fallback = any(${fallbacks}::text[]))
      union
      select other.identity from near
      join document_part p on p.source_id = ${source} and p.identity = near.identity
      join document_part other on other.source_id = ${source} and other.fallback = p.fallback
    )
    select stream_id, key, seq, identity, fallback, body, first_seen_at, changed_at, run_id from document_part
    where source_id = ${source} and identity in (select identity from near)
    order by stream_id, key, seq
  `.execute(trx)
  const groups = groupParts(rows)
  const stale = ['!', ...new Set([...identities, ...rows.map((row) => row.identity)])]
  const folded = [...groups].flatMap(([identity, group]) => {
    const document = foldDocument(
      group.map((row) => ({ stream: row.stream_id, key: row.key, seq: row.seq, record: row.body })),
    )
    return document === null ? [] : [{ identity, group, document }]
  })
  const agencies = await resolveAgencies(
    trx,
    source,
    rows.flatMap((row) => mentionsOf(row.body)),
  )
  const made = folded.map(({ identity, group, document }) => rowOf(identity, group, document, agencies))
  await sql`
    delete from document where source_id = ${source} and identity = any(${stale}::text[])
      and not key = any(${made.map((row) => row.key)}::text[])
  `.execute(trx)
  if (made.length > 0) await writeDocuments(trx, source, made)
}

/** Parts by document: those of one identity, and those that only name a fallback with the identity that bears it. */
export function groupParts<P extends { readonly identity: string; readonly fallback: string | null }>(
  rows: readonly P[],
): Map<string, P[]> {
  const byFallback = new Map<string, string>()
  for (const row of rows) {
    if (row.fallback === null || row.identity.startsWith('?')) continue
    const known = byFallback.get(row.fallback)
    if (known === undefined || row.identity < known) byFallback.set(row.fallback, row.identity)
  }
  return Map.groupBy(rows, (row) =>
    row.identity.startsWith('?') && row.fallback !== null
      ? (byFallback.get(row.fallback) ?? row.identity)
      : row.identity,
  )
}

function rowOf(identity: string, group: readonly PartRow[], document: FoldedDocument, agencies: Agencies) {
  const { content, exchanges, first, state } = document
  const about = targetsOf(first.record)[first.seq]!
  const bearer = group.find((row) => row.stream_id === first.stream && row.key === first.key && row.seq === first.seq)!
  const newest = group.reduce((a, b) => (a.changed_at >= b.changed_at ? a : b))
  return {
    key: `${about.sender}|${about.id ?? `${about.code}|${about.promulgatedAt}`}`,
    identity,
    fallback: bearer.fallback ?? group.find((row) => row.fallback !== null)?.fallback ?? null,
    code: content.code,
    number: content.number,
    notation: content.notation,
    type: content.type,
    subject: content.subject,
    place: content.place,
    promulgated_at: content.promulgatedAt,
    due_at: content.dueAt,
    urgency: content.urgency,
    signer: content.signer,
    state,
    sender_id: agencies.get(content.sender.code)!.id,
    attachments: content.attachments,
    search: foldText(`${content.code ?? ''} ${content.subject}`),
    stream_id: first.stream,
    external_id: first.key,
    first_seen_at: group.reduce((a, b) => (a.first_seen_at <= b.first_seen_at ? a : b)).first_seen_at,
    changed_at: newest.changed_at,
    source_updated_at: group
      .map((row) => row.body.at)
      .toSorted()
      .at(-1),
    run_id: newest.run_id,
    agencies: [
      { ...agencies.get(content.sender.code)!, role: 'SENDER', seq: 0 },
      ...content.recipients.map((recipient, seq) => ({ ...agencies.get(recipient.code)!, role: 'RECIPIENT', seq })),
    ].filter((one, at, all) => all.findIndex((other) => other.id === one.id && other.role === one.role) === at),
    exchanges: exchanges.map((exchange, seq) => ({
      seq,
      at: exchange.at,
      status: exchange.status,
      agency_id: agencies.get(exchange.agency)!.id,
      note: exchange.note,
    })),
    responses: content.respondsTo.map((reference, seq) => ({ seq, ...namesOf(reference, agencies) })),
  }
}

async function writeDocuments(trx: Transaction<Tables>, source: string, made: readonly object[]): Promise<void> {
  const rows = JSON.stringify(made)
  const { rows: stored } = await sql<{ id: number; key: string }>`
    insert into document (source_id, key, identity, fallback, code, number, notation, type, subject, place, promulgated_at,
      due_at, urgency, signer, state, sender_id, attachments, search, stream_id, external_id, first_seen_at, changed_at,
      source_updated_at, run_id)
    select ${source}, key, identity, fallback, code, number, notation, type, subject, place, promulgated_at, due_at,
      urgency, signer, state, sender_id, attachments, search, stream_id, external_id, first_seen_at, changed_at,
      source_updated_at, run_id
    from json_to_recordset(${rows}) as d(key text, identity text, fallback text, code text, number text, notation text,
      type text, subject text, place text, promulgated_at date, due_at date, urgency text, signer jsonb, state text,
      sender_id bigint, attachments jsonb, search text, stream_id text, external_id text, first_seen_at timestamptz,
      changed_at timestamptz, source_updated_at timestamptz, run_id bigint)
    on conflict (source_id, key) do update set identity = excluded.identity, fallback = excluded.fallback,
      code = excluded.code, number = excluded.number, notation = excluded.notation, type = excluded.type,
      subject = excluded.subject, place = excluded.place, promulgated_at = excluded.promulgated_at,
      due_at = excluded.due_at, urgency = excluded.urgency, signer = excluded.signer, state = excluded.state,
      sender_id = excluded.sender_id, attachments = excluded.attachments, search = excluded.search,
      stream_id = excluded.stream_id, external_id = excluded.external_id, first_seen_at = excluded.first_seen_at,
      changed_at = excluded.changed_at, source_updated_at = excluded.source_updated_at, run_id = excluded.run_id
    returning id, key
  `.execute(trx)
  const ids = stored.map((row) => row.id)
  for (const table of ['document_agency', 'document_exchange', 'document_response']) {
    await sql`delete from ${sql.table(table)} where document_id = any(${ids}::bigint[])`.execute(trx)
  }
  const given = sql`json_to_recordset(${rows}) as g(key text, agencies jsonb, exchanges jsonb, responses jsonb)
    join document d on d.source_id = ${source} and d.key = g.key`
  await sql`
    insert into document_agency (document_id, agency_id, agency_path, role, seq)
    select d.id, a.id, a.path, a.role, a.seq
    from ${given} cross join lateral jsonb_to_recordset(g.agencies) as a(id bigint, path text, role text, seq integer)
  `.execute(trx)
  await sql`
    insert into document_exchange (document_id, seq, at, status, agency_id, note)
    select d.id, e.seq, e.at, e.status, e.agency_id, e.note
    from ${given}
      cross join lateral jsonb_to_recordset(g.exchanges) as e(seq integer, at timestamptz, status text, agency_id bigint, note text)
  `.execute(trx)
  await sql`
    insert into document_response (document_id, seq, identity, fallback)
    select d.id, r.seq, r.identity, r.fallback
    from ${given} cross join lateral jsonb_to_recordset(g.responses) as r(seq integer, identity text, fallback text)
  `.execute(trx)
}
