// The reports that a town's agencies send, and the figures in them.
import { seededRandom } from '#connector'
import type { Town } from '#connector'

// Which reports the agencies of the town have sent when, and the figures in them: a pure function of seed, size and time.

const hour = 3_600_000
const zone = 7 * hour
const day = 24 * hour
const resubmitEvery = 3 * hour

export interface Sent {
  readonly kind: 'ward' | 'area'
  readonly agency: string
  /** Months since year 0. */
  readonly month: number
  /** 0 for the first file; a later one has other figures and lacks the last row. */
  readonly version: number
  /** Milliseconds since 1970. */
  readonly at: number
  readonly corrupt: boolean
}
export interface Line {
  /** The content of the numbering column. */
  readonly number: string
  /** Code of the indicator after the template's. */
  readonly path: string
  readonly name: string
}
/** What is shown in a cell and the value that it means; `none`: the cell is empty. */
export interface Shown {
  readonly shown: number | string | null
  readonly value: string | null
  readonly means: 'value' | 'none' | 'dirt'
}

const items = [
  'Thu ngân sách trên địa bàn', 'Chi thường xuyên', 'Chi đầu tư phát triển', 'Thu từ đất', 'Thu phí, lệ phí',
  'Giá trị sản xuất nông nghiệp', 'Giá trị sản xuất công nghiệp', 'Thương mại, dịch vụ', 'Vốn xây dựng nông thôn mới', 'Chi an sinh xã hội',
] // prettier-ignore
const roman = ['I', 'II', 'III', 'IV', 'V', 'VI', 'VII', 'VIII', 'IX', 'X']

const localMonth = (time: number): number => {
  const local = new Date(time + zone)
  return local.getUTCFullYear() * 12 + local.getUTCMonth()
}

/** The end of the month that a report is due after: wards close on the 15th. */
const endOf = (kind: Sent['kind'], month: number): number =>
  kind === 'ward'
    ? Date.UTC(Math.floor(month / 12), month % 12, 15) - zone
    : Date.UTC(Math.floor(month / 12), (month % 12) + 1, 1) - zone

export type Office = ReturnType<typeof officeOf>

export function officeOf(town: Town, size: number) {
  const wards = town.agencies.filter(({ unit, parent }) => unit !== null && parent === 'H53').map(({ code }) => code)
  const agencies = wards.length > 0 ? wards.slice(0, 8) : [town.agencies[0]!.code]
  const centre = town.agencies.find(({ unit, parent }) => unit === null && parent === 'H53')?.code ?? 'H53.01'
  const communes = town.units
    .filter(({ kind, validTo }) => validTo === null && ['WARD', 'COMMUNE', 'SPECIAL_ZONE'].includes(kind))
    .slice(0, 20)
  const founded = town.foundedAt.getTime()
  const months = size >= 1000 ? 9 : 3
  const first = localMonth(founded) - months
  const rows = Math.min(300, Math.max(4, Math.round(size / (agencies.length * months * 3.6))))
  const lines = linesOf(rows)

  const firstFile = (kind: Sent['kind'], agency: string, month: number): Sent | null => {
    const random = seededRandom(town.seed, 'sent', kind, agency, month)
    const index = agencies.indexOf(agency)
    const fixed = month <= first + 1 && index < 2
    if (random() < 0.06 && kind === 'ward' && !fixed) return null
    const delay = fixed ? 30 * hour : Math.floor((0.3 + random() * 6.9) * day)
    const corrupt = kind === 'ward' && month === first + 1 && index === Math.min(1, agencies.length - 1)
    return { kind, agency, month, version: 0, at: endOf(kind, month) + delay, corrupt }
  }

  /** Everything that the folder has at a time, each report once. */
  const present = (time: number): Sent[] => {
    const found = new Map<string, Sent>()
    for (let month = first; endOf('ward', month) <= time; month++) {
      for (const [kind, senders] of [
        ['ward', agencies],
        ['area', [centre]],
      ] as const) {
        // prettier-ignore
        for (const agency of senders) {
          const sent = firstFile(kind, agency, month)
          if (sent !== null && sent.at <= time) found.set(`${kind}|${agency}|${month}`, sent)
        }
      }
    }
    for (let round = 1; founded + round * resubmitEvery <= time; round++) {
      const at = founded + round * resubmitEvery
      const random = seededRandom(town.seed, 'resubmit', round)
      const agency = agencies[Math.floor(random() * agencies.length)]!
      const key = `ward|${agency}|${localMonth(at) - 1 - Math.floor(random() * 2)}`
      const sent = found.get(key)
      if (sent !== undefined && !sent.corrupt && sent.at < at) found.set(key, { ...sent, version: round, at })
    }
    return [...found.values()]
  }

  return {
    agencies,
    centre,
    communes,
    first,
    present,
    endOf,
    linesOf: (sent: Sent): readonly Line[] => (sent.version === 0 ? lines : lines.slice(0, -1)),
    /** The cell of a line of a ward's report, column 0 to 3: plan of the year, month, sum since January, per cent of last year. */
    wardCell: (sent: Sent, line: number, column: number): Shown => {
      if (sent.month === first && sent.agency === agencies[0] && sent.version === 0 && line === 2 && column === 1) {
        return { shown: 'chưa có số liệu', value: null, means: 'dirt' }
      }
      return shownCell(
        seededRandom(town.seed, 'cell', sent.agency, sent.month, sent.version, line, column),
        column === 3,
      )
    },
    /** Dossiers of a commune in a month: taken in, and finished in time. */
    areaCell: (month: number, commune: number, column: number): Shown => {
      const random = seededRandom(town.seed, 'area', month, commune)
      const taken = 200 + Math.floor(random() * 3000)
      const value = String(column === 0 ? taken : Math.floor(taken * (0.9 + random() * 0.1)))
      return { shown: grouped(value), value, means: 'value' }
    },
  }
}

/** A total, then numbered sections of up to four numbered lines. */
function linesOf(count: number): Line[] {
  const lines: Line[] = [{ number: '', path: 'TONG_SO', name: 'Tổng số' }]
  const children = Math.max(4, Math.ceil((count - 11) / roman.length))
  for (const [section, number] of roman.entries()) {
    if (lines.length >= count) break
    lines.push({ number, path: number, name: `${items[section]} (tổng hợp)` })
    for (let child = 1; child <= children && lines.length < count; child++) {
      lines.push({
        number: String(child),
        path: `${number}.${child}`,
        name: `${items[(section + child) % items.length]} ${child}`,
      })
    }
  }
  return lines
}

const grouped = (digits: string): string => digits.replace(/\B(?=(?:\d{3})+$)/g, '.')

function shownCell(random: () => number, percent: boolean): Shown {
  const kind = random()
  const tenths = Math.floor(random() * (percent ? 1800 : 90_000))
  const whole = String(Math.floor(tenths / 10))
  const rest = tenths % 10
  const value = rest === 0 ? whole : `${whole}.${rest}`
  if (kind < 0.04) return { shown: null, value: null, means: 'none' }
  if (kind < 0.08) return { shown: ['-', 'x', '…'][Math.floor(random() * 3)]!, value: null, means: 'value' }
  if (kind < 0.3) {
    const written = rest === 0 ? grouped(whole) : `${grouped(whole)},${rest}`
    return { shown: percent ? `${written}%` : written, value, means: 'value' }
  }
  return { shown: tenths / 10, value, means: 'value' }
}
