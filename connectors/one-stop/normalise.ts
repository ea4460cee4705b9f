// Makes dossiers of the records of one-stop.
import { isoInstant, normalising, reader, reject } from '#connector'
import type { AgencyMention, DossierChannel, DossierRecord, DossierStatus, Normalise, Reader } from '#connector'
import { applicant } from './applicant.ts'
import type { manifest } from './manifest.ts'
import { channelNamed, statusNamed, vietnamese } from './names.ts'

/** A dossier of iGate's search as the hub means it. Deadlines stay the instants that they are, also those at midnight. */
export const dossier: Normalise<typeof manifest, 'Dossier'> = (record, settings) =>
  normalising<'Dossier'>((): DossierRecord => {
    const from = reader(record)
    from.text('id')
    return {
      code: from.maybeText('code') ?? from.maybeText('nationCode') ?? reject('MISSING', 'code'),
      procedure: procedure(from),
      agency: agency(from),
      status: status(from.object('dossierStatus'), settings.statusNames),
      channel: channel(from),
      subject: null,
      applicant: applicant(from),
      receivedAt: firstGiven(from, 'acceptedDate', 'appliedDate'),
      dueAt: firstGiven(from, 'appointmentDate', 'dueDate'),
      dueDates: null,
      finishedAt: null,
      returnedAt: null,
      fees: [],
      results: [],
      events: null,
      sourceUpdatedAt: time(from, 'updatedDate'),
    }
  })

function status(from: Reader, own: Readonly<Record<string, DossierStatus>> | undefined): DossierStatus {
  const at = `${from.at}.name`
  const name = vietnamese(from, 'name') ?? reject('MISSING', at)
  return statusNamed(name, own) ?? reject('UNKNOWN_VALUE', at, { found: name.slice(0, 80).toWellFormed() })
}

function channel(record: Reader): DossierChannel | null {
  const from = record.maybeObject('applyMethod')
  const name = from === null ? null : vietnamese(from, 'name')
  if (from === null || name === null) return null
  return channelNamed(name) ?? reject('UNKNOWN_VALUE', `${from.at}.name`, { found: name.slice(0, 80).toWellFormed() })
}

function procedure(record: Reader): DossierRecord['procedure'] {
  const from = record.maybeObject('procedure')
  if (from === null) return null
  const sector = from.maybeObject('sector')
  return {
    code: plainProcedureCode(from.text('code')),
    name: vietnamese(from, 'translate'),
    field: sector === null ? null : vietnamese(sector, 'name'),
  }
}

/** `3.000181.000.00.00.H22` is procedure `3.000181` with the unit's code after the second dot. */
function plainProcedureCode(code: string): string {
  return /^(\d\.\d{6})\../.exec(code)?.[1] ?? code
}

function agency(record: Reader): AgencyMention | null {
  const from = record.maybeObject('agency')
  if (from === null) return null
  return { code: from.text('code'), name: vietnamese(from, 'name'), externalId: from.maybeText('id') }
}

/** The first of two times that is there; both must be readable. */
function firstGiven(from: Reader, first: string, second: string): string | null {
  const [one, other] = [time(from, first), time(from, second)]
  return one ?? other
}

function time(from: Reader, member: string): string | null {
  const text = from.maybeText(member)
  if (text === null) return null
  return isoInstant(text) ?? reject('BAD_DATE', member, { expected: '2026-03-05T08:00:00.000+0000' })
}
