// Makes the applicant of a dossier's form.
import type { PartyKind, PartyRecord, Reader } from '#connector'
import { birthYear } from './birth-year.ts'

/**
 * The applicant from the dossier's form. The holder (`ownerFullname`) is the applicant where the form names one, else the person who
 * filled it in (`fullname`). Where both stand there and differ, the identity number and the birthday are left out: the form does
 * not say whose they are.
 */
export function applicant(record: Reader): PartyRecord | null {
  const form = record.maybeObject('applicant')?.maybeObject('data') ?? null
  if (form === null) return null
  const [holder, sender] = [form.maybeText('ownerFullname'), form.maybeText('fullname')]
  const name = holder ?? sender
  const onePerson = holder === null || sender === null || folded(holder) === folded(sender)
  // Read also when they are left out, so that what cannot be read is always rejected.
  const [number, year] = [form.maybeText('identityNumber'), birthYear(form, 'birthday')]
  const identityNumber = onePerson ? number : null
  const born = onePerson ? year : null
  const ward = label(form, 'village')
  const party = {
    name,
    identityNumber,
    birthYear: born,
    phone: form.maybeText('phoneNumber'),
    email: form.maybeText('email'),
    address: address([form.maybeText('address'), ward, label(form, 'district'), label(form, 'province')]),
    ward,
  }
  if (Object.values(party).every((value) => value === null)) return null
  return { kind: kind(name, identityNumber, born), ...party }
}

// How the name of an enterprise begins: forms of the Law on Enterprises, the Law on Cooperatives and household businesses.
const enterprise =
  /^(công ty|cty|tổng công ty|tập đoàn|doanh nghiệp|dntn|hợp tác xã|htx|liên hiệp hợp tác xã|hộ kinh doanh|hkd|chi nhánh|văn phòng đại diện|địa điểm kinh doanh|ngân hàng)(?=[\s.,:]|$)/

/** Only what the form says: an enterprise by the first words of its name, a citizen by a birthday or a citizen's number. */
function kind(name: string | null, identityNumber: string | null, born: number | null): PartyKind | null {
  if (name !== null && enterprise.test(folded(name))) return 'BUSINESS'
  if (born !== null || (identityNumber !== null && /^(\d{9}|\d{12})$/.test(identityNumber))) return 'CITIZEN'
  return null
}

/** The text of `{ label, value }`, or a plain text. */
function label(form: Reader, member: string): string | null {
  return typeof form.value[member] === 'string'
    ? form.maybeText(member)
    : (form.maybeObject(member)?.maybeText('label') ?? null)
}

/** The parts from the house to the province in one line, without those that the line already names. */
function address(parts: readonly (string | null)[]): string | null {
  let line: string | null = null
  for (const part of parts) {
    if (part === null) continue
    const named: readonly string[] = line === null ? [] : line.split(',').map(folded)
    if (!named.includes(folded(part))) line = line === null ? part : `${line}, ${part}`
  }
  return line
}

/** Of a text that is in NFC already, as every text from a reader is. */
const folded = (text: string): string => text.trim().toLowerCase()
