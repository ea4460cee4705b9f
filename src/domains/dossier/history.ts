// The history of a dossier, as the source gives it or the hub observes it.
import type { DossierRecord, DossierStatus } from '../../contract/entity.ts'

/** What is stored of a dossier that its next sight is compared with. */
export interface KnownDossier {
  readonly status: DossierStatus
  readonly dueAt: string | null
  readonly finishedAt: string | null
  readonly returnedAt: string | null
  readonly events: number
  readonly dueDates: number
}
export interface ObservedEvent {
  readonly seq: number
  readonly at: string
  readonly status: DossierStatus
}
export interface Observed {
  readonly event: ObservedEvent | null
  readonly dueDate: { readonly seq: number; readonly dueAt: string; readonly since: string } | null
  readonly finishedAt: string | null
  readonly returnedAt: string | null
}

const finished: ReadonlySet<DossierStatus> = new Set(['PROCESSED', 'RETURNED'])

/**
 * What one sight of a dossier adds to its history where the source gives none: the first sight adds one event and finishes
 * nothing; later ones add an event for a new status and a due date for a moved one. `seenAt` is the source's change time,
 * else the time of reading. Pure: the same sight again adds nothing.
 */
export function observe(known: KnownDossier | null, record: DossierRecord, seenAt: string): Observed {
  const moved =
    record.dueAt !== null && Date.parse(record.dueAt) !== (known?.dueAt == null ? Number.NaN : Date.parse(known.dueAt))
  const dueDate = moved ? { seq: known?.dueDates ?? 0, dueAt: record.dueAt!, since: seenAt } : null
  if (known === null) {
    return {
      event: { seq: 0, at: seenAt, status: record.status },
      dueDate,
      finishedAt: record.finishedAt,
      returnedAt: record.returnedAt,
    }
  }
  const changed = known.status !== record.status
  const finishes = changed && finished.has(record.status)
  const returns = changed && record.status === 'RETURNED'
  // A dossier that is open again has not been finished.
  const open = !finished.has(record.status)
  return {
    event: changed ? { seq: known.events, at: seenAt, status: record.status } : null,
    dueDate,
    finishedAt:
      record.finishedAt ??
      (open ? null : (known.finishedAt ?? (finishes && !finished.has(known.status) ? seenAt : null))),
    returnedAt:
      record.returnedAt ?? (record.status !== 'RETURNED' ? null : (known.returnedAt ?? (returns ? seenAt : null))),
  }
}
