// A source's own history: every version of every row.
import { seededRandom } from '#connector'

/** One row of a source as it truly stands. A row that is gone keeps its last version. */
export interface Row {
  readonly id: string
  readonly version: number
  /** The time of change that the source claims, milliseconds since 1970; null: it claims none. */
  readonly at: number | null
  /** Place in the source's own log: grows with each change, also with a late one. */
  readonly seq: number
  /** What it was when it came to be: another thing under the same id bears another mark. */
  readonly born: string
  readonly name: string
  readonly ref: string
  readonly amount: string
  readonly gone: boolean
  /** The row as the source writes it where that is not the plain way; no hub can take it when `poison` is set. */
  readonly written: string | null
  readonly poison: boolean
}

/** The truth of one stream: what the source did, in order, and what it holds now. */
export interface Journal {
  readonly entries: readonly Row[]
  /** Rows that are there, by id. */
  present(): readonly Row[]
  row(id: string): Row | undefined
  insert(count: number, more?: Partial<Row>): Row[]
  update(count: number, more?: Partial<Row>): Row[]
  remove(count: number): Row[]
  /** Rows that were removed are there again under their ids. */
  recreate(count: number): Row[]
  /** A row of this making: another version of `id`, or a new row. */
  write(id: string, more: Partial<Row>): Row
  /** Some of everything that a source does between two runs. */
  step(): void
  /** The source stands as it stood after its first `length` entries: a backup was restored over it. */
  rewind(length: number): void
}

export interface JournalOptions {
  readonly seed: number
  readonly stream: string
  readonly size: number
  /** The source's clock. */
  now(): number
}

const surnames = ['Nguyễn', 'Trần', 'Lê', 'Phạm', 'Hoàng', 'Đặng'] as const
const marks = ['nhà ở', 'đất đai', 'hộ tịch', 'kinh doanh', 'xây dựng', 'môi trường'] as const

/** A journal that lives with its source's clock: the same seed does the same. */
export function openJournal({ seed, stream, size, now }: JournalOptions): Journal {
  const random = seededRandom('journal', seed, stream)
  const entries: Row[] = []
  let rows = new Map<string, Row>()
  let made = 0
  const below = (count: number): number => Math.floor(random() * count)
  const pick = (count: number, gone: boolean): Row[] => {
    const among = [...rows.values()].filter((row) => row.gone === gone && !row.poison && row.written === null)
    return Array.from(
      { length: Math.min(Math.ceil(count), among.length) },
      () => among.splice(below(among.length), 1)[0]!,
    )
  }
  const write: Journal['write'] = (id, more) => {
    const before = rows.get(id)
    const version = (before?.version ?? 0) + 1
    const row: Row = {
      id,
      version,
      at: now(),
      born: before === undefined || before.gone ? `${stream} ${entries.length + 1}` : before.born,
      name: `${surnames[below(surnames.length)]} ${marks[below(marks.length)]} ${id} bản ${version}`,
      ref: String(9_007_199_254_740_993n + BigInt(below(1_000_000))),
      amount: `${below(9) + 1}.${String(below(1000)).padStart(3, '0')}.${String(below(1000)).padStart(3, '0')},${below(9)}5`,
      gone: false,
      written: null,
      poison: false,
      ...more,
      seq: entries.length + 1,
    }
    entries.push(row)
    rows.set(id, row)
    return row
  }
  const journal: Journal = {
    entries,
    present: () => [...rows.values()].filter((row) => !row.gone),
    row: (id) => rows.get(id),
    insert: (count, more = {}) =>
      Array.from({ length: count }, () => write(`${stream[0]}${String((made += 1)).padStart(7, '0')}`, more)),
    update: (count, more = {}) => pick(count, false).map(({ id }) => write(id, more)),
    remove: (count) => pick(count, false).map((row) => write(row.id, { ...row, gone: true, at: now(), seq: 0 })),
    recreate: (count) => pick(count, true).map(({ id }) => write(id, {})),
    write,
    step() {
      journal.insert(1 + below(8))
      journal.update(1 + below(8))
      if (below(2) === 0) journal.remove(1 + below(3))
      if (below(3) === 0) journal.recreate(1)
    },
    rewind(length) {
      entries.length = length
      rows = new Map(entries.map((row) => [row.id, row]))
    },
  }
  journal.insert(size)
  return journal
}
