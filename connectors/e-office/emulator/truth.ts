// What the hub must make of the axis's messages.
import { createHash } from 'node:crypto'
import type { AgencyMention, DocumentContent, DocumentRecord, DocumentReference } from '#connector'
import { reasons, replacementNumber, updatedSubject, replacementId } from './xml.ts'
import type { DocumentFacts, Documents, Message, Party } from './data.ts'

const instantOf = (at: number): string => `${new Date(at + 7 * 3_600_000).toISOString().slice(0, 19)}.000+07:00`
const mention = ({ agency, code }: Party): AgencyMention => ({ code, name: agency.name, externalId: null })
const reference = (facts: DocumentFacts): DocumentReference => ({
  sender: facts.sender.code,
  id: facts.documentId,
  code: `${facts.number}/${facts.notation}`,
  promulgatedAt: facts.promulgated,
})

/** What a message means in the shared vocabulary, from the facts it was made of; null for dirt that must be rejected. */
export function meaningOf(message: Message, documents: Documents): DocumentRecord | null {
  const { about: facts, what } = message
  if (facts.dirt !== null) return null
  const at = instantOf(message.at)
  const about = reference(facts)
  if (what.kind === 'STATUS') {
    return what.status === null
      ? null
      : { kind: 'STATUS', about, at, agency: mention(what.by), status: what.status, note: what.note }
  }
  if (what.kind === 'REVOKE')
    return { kind: 'REVOKE', about, at, agency: mention(facts.sender), reason: reasons.revoke }
  const number = what.kind === 'REPLACE' ? replacementNumber(facts.number) : facts.number
  const content: DocumentContent = {
    code: `${number}/${facts.notation}`,
    number,
    notation: facts.notation,
    type: facts.kind,
    subject: what.kind === 'UPDATE' ? updatedSubject(facts.subject) : facts.subject,
    place: facts.place,
    promulgatedAt: facts.promulgated,
    dueAt: facts.due === null ? null : `${facts.due}T00:00:00.000+07:00`,
    urgency: facts.urgency,
    signer: facts.signer,
    sender: mention(facts.sender),
    recipients: facts.receivers.map(mention),
    respondsTo: facts.answers === null ? [] : [reference(documents.at(facts.answers))],
    attachments: facts.attachments.map(({ name, contentType, content }) => ({
      name,
      contentType,
      bytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
    })),
  }
  if (what.kind === 'NEW' || what.kind === 'UPDATE') return { kind: what.kind, about, at, content }
  const replacement = { ...about, id: replacementId(facts.index), code: content.code }
  const replaces =
    facts.documentId === null ? [] : [{ sender: about.sender, id: facts.documentId, code: null, promulgatedAt: null }]
  return { kind: 'REPLACE', about: replacement, at, content, replaces }
}
