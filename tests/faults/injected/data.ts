import { expectSuccess, type Fault } from './fault.ts'
import { harmsOf, presentKeys } from './harm.ts'
import { recordOf } from '../subject/fault-subject.ts'
import type { Journal, Row } from '../subject/journal.ts'
import { onlyOwn, ownOf } from './paging.ts'
import { streamNames } from '../subject/source.ts'
import type { World } from '../world.ts'

const quoted = (text: string): string => JSON.stringify(text)

/** A row as its source writes it, some members in another way. */
const plain = (row: Pick<Row, 'id' | 'version' | 'name' | 'amount' | 'ref' | 'born'>, at: string, more = ''): string =>
  `{"id":${quoted(row.id)},"v":${row.version},"at":${quoted(at)},"born":${quoted(row.born)},"name":${quoted(row.name)},"amount":${quoted(row.amount)},"ref":${row.ref}${more}}`

/** Rows that no hub can take, by what is wrong with them. */
const poisons: Readonly<Record<string, (id: string, at: string) => string>> = {
  'a NUL in a text': (id, at) =>
    `{"id":${quoted(id)},"at":${quoted(at)},"name":"CANARY\\u0000 tên","amount":"1,0","ref":1}`,
  'a lone surrogate': (id, at) =>
    `{"id":${quoted(id)},"at":${quoted(at)},"name":"CANARY \\ud800","amount":"1,0","ref":1}`,
  'a number beyond all': (id, at) =>
    `{"id":${quoted(id)},"at":${quoted(at)},"name":"CANARY","amount":"1,0","ref":1e400}`,
  'a depth of 1,000': (id, at) =>
    `{"id":${quoted(id)},"at":${quoted(at)},"name":${'['.repeat(1000)}"CANARY"${']'.repeat(1000)},"amount":"1,0","ref":1}`,
  'a member twice': (id, at) =>
    `{"id":${quoted(id)},"at":${quoted(at)},"name":"CANARY một","name":"CANARY hai","amount":"1,0","ref":1}`,
  'a member __proto__': (id, at) =>
    `{"id":${quoted(id)},"at":${quoted(at)},"__proto__":{"name":"CANARY"},"amount":"1,0","ref":1}`,
  'an amount that is none': (id, at) =>
    `{"id":${quoted(id)},"at":${quoted(at)},"name":"CANARY","amount":"1,234.56","ref":1}`,
}

const isoOf = (world: World): string => new Date(ownOf(world).now()).toISOString()

function poison(world: World, journal: Journal): Row[] {
  return Object.values(poisons).map((write, at) => {
    const id = `poison-${journal.entries.length}-${at}`
    return journal.write(id, { written: write(id, isoOf(world)), poison: true })
  })
}

export const dataFaults: readonly Fault[] = [
  {
    id: 'F24',
    title: 'days that are none, second 60, times without a zone, a year alone',
    without: onlyOwn,
    async inject(world, trial) {
      const { journals } = ownOf(world)
      const bad = [
        '2025-02-30T08:00:00Z',
        '2016-12-31T23:59:60Z',
        '00/00/1960',
        '02/03/2025',
        '1960',
        '1974-05-01T00:00:00+07:00',
        '2026-02-29T00:00:00Z',
      ]
      const good = ['2024-02-29T23:59:59.999Z', '2026-03-05T08:00:00+0700', '2026-03-05T01:00:00-05:00']
      for (const [at, text] of [...bad, ...good].entries()) {
        const wrong = at < bad.length
        const id = `day-${journals.list.entries.length}`
        const row = { id, version: 1, name: `ngày ${at}`, amount: '1.000,25', ref: '12', born: id }
        journals.list.write(id, { ...row, written: plain(row, text), poison: wrong })
      }
      world.learn()
      expectSuccess(trial, await world.sync(), 'odd days')
    },
  },
  {
    id: 'F25',
    title: 'the source stands as it stood a week ago, or gives its ids anew',
    without: onlyOwn,
    async inject(world, trial) {
      const { journals, advance } = ownOf(world)
      for (const what of world.some(['a restored backup', 'ids given anew'] as const)) {
        const lengths = streamNames.map((name) => journals[name].entries.length)
        for (let day = 0; day < 3; day += 1) {
          advance(86_400_000)
          for (const name of streamNames) {
            journals[name].update(journals[name].present().length / 2)
            journals[name].insert(2)
          }
        }
        world.learn()
        expectSuccess(trial, await world.sync(), 'before')
        await world.census()
        const before = await world.rows<{ stream_id: string; key: string; hash: string }>(
          `select stream_id, key, encode(hash, 'hex') as hash from record where removed_at is null order by 1, 2`,
        )
        for (const [at, name] of streamNames.entries()) {
          if (what === 'a restored backup') journals[name].rewind(lengths[at]!)
          else
            for (const { id } of journals[name].present())
              journals[name].write(id, { born: `anew ${id} ${lengths[at]}` })
        }
        world.learn()
        await world.sync()
        await world.census()
        const after = await world.rows<{ stream_id: string; key: string; hash: string }>(
          `select stream_id, key, encode(hash, 'hex') as hash from record where removed_at is null order by 1, 2`,
        )
        const kept = new Set(after.map((row) => `${row.stream_id} ${row.key} ${row.hash}`))
        const changed = before.filter((row) => !kept.has(`${row.stream_id} ${row.key} ${row.hash}`)).length
        trial.expect(
          changed < 30,
          () => `${what}: ${changed} of ${before.length} records were overwritten without a word`,
        )
        const held = await world.rows<{ id: string; held_reason: string | null }>(
          'select id, held_reason from stream where held_at is not null',
        )
        for (const name of streamNames) {
          const reason = held.find(({ id }) => id === name)?.held_reason
          trial.expect(
            reason === 'SOURCE_RESET',
            () => `${what}: ${name} is ${reason === undefined ? 'not held' : `held for ${reason}`}`,
          )
        }
        await world.resume()
        await world.sync()
        await world.census()
        await world.resume()
      }
    },
  },
  {
    id: 'F26',
    title: 'the whole list is empty, or a tenth of itself',
    without: onlyOwn,
    async inject(world, trial) {
      const { quirks, journals } = ownOf(world)
      journals.list.insert(40)
      world.learn()
      expectSuccess(trial, await world.sync(), 'before')
      for (const listing of ['empty', 'tenth'] as const) {
        const before = await presentKeys(world)
        quirks.listing = listing
        const [run] = await world.sync({ stream: 'list' })
        trial.expect(
          run?.state === 'FAILED' && run.removed === 0,
          () => `${listing}: ${run?.state}, ${run?.removed} removed`,
        )
        for (const harm of await harmsOf(world, before)) trial.expect(false, () => `${listing}: ${harm}`)
        const [stream] = await world.rows<{ held_reason: string | null }>(
          `select held_reason from stream where id = 'list' and held_at is not null`,
        )
        trial.expect(stream?.held_reason === 'MASS_DELETE', () => `${listing}: the stream is not held`)
        quirks.listing = 'whole'
        await world.resume()
        expectSuccess(trial, await world.sync(), 'after a person confirmed')
      }
    },
  },
  {
    id: 'F27',
    title: 'rows are deleted, and some are there again under the same id',
    without: onlyOwn,
    async inject(world, trial) {
      const { journals, advance } = ownOf(world)
      const gone = streamNames.flatMap((name) => journals[name].remove(6).map(({ id }) => ({ name, id })))
      advance(1_000)
      world.learn()
      expectSuccess(trial, await world.sync(), 'deletions')
      expectSuccess(trial, await world.census(), 'the census')
      const tombs = await world.rows<{ key: string; removed_because: string }>(
        'select key, removed_because from record where removed_at is not null',
      )
      for (const { name, id } of gone) {
        const tomb = tombs.find(({ key }) => key === id)
        trial.expect(
          tomb !== undefined && tomb.removed_because !== '',
          () => `${name} ${id} has no tombstone with evidence`,
        )
      }
      for (const name of streamNames) journals[name].recreate(3)
      world.learn()
      expectSuccess(trial, await world.sync(), 'revivals')
      const { balance, findings } = await world.weigh()
      trial.expect(balance.lost === 0, () => `revivals: ${findings.slice(0, 3).join('; ')}`)
    },
  },
  {
    id: 'F28',
    title: 'poison: NUL, a lone surrogate, 1e400, a depth of 1,000, members twice, __proto__',
    without: onlyOwn,
    async inject(world, trial) {
      const { journals, advance } = ownOf(world)
      for (const name of streamNames) {
        journals[name].insert(30)
        poison(world, journals[name])
        journals[name].insert(5)
      }
      world.learn()
      expectSuccess(trial, await world.sync(), 'poison')
      const { balance, findings } = await world.weigh()
      trial.expect(balance.lost + balance.doubled === 0, () => `poison: ${findings.slice(0, 3).join('; ')}`)
      // The source mends them: what waits leaves the quarantine.
      advance(1_000)
      for (const name of streamNames) {
        for (const row of journals[name].present().filter(({ poison: bad }) => bad)) {
          journals[name].write(row.id, { written: null, poison: false })
        }
      }
      world.learn()
      expectSuccess(trial, await world.sync(), 'mended')
    },
  },
  {
    id: 'F29',
    title: 'large integers, leading zeros, numbers as Vietnam writes them',
    without: onlyOwn,
    async inject(world, trial) {
      const { journals } = ownOf(world)
      const figures = [
        { id: '079200000001', ref: '9007199254740993', amount: '1.234.567,89' },
        { id: '000000000012', ref: '123456789012345678901234567890', amount: '0,10' },
        { id: '0012', ref: '0', amount: '12345678901234567,00' },
      ]
      for (const name of streamNames) for (const { id, ...more } of figures) journals[name].write(id, more)
      world.learn()
      expectSuccess(trial, await world.sync(), 'figures')
      const rows = await world.rows<{ key: string; field: string }>('select key, field from thing where key like $1', [
        '0%',
      ])
      for (const { id, ...more } of figures) {
        const wanted = recordOf({ id, ...more, name: '' } as Row).field
        const found = rows.filter((row) => row.key === id && row.field === wanted).length
        trial.expect(found === streamNames.length, () => `${id} stands ${found} times as ${wanted}`)
      }
    },
  },
  {
    id: 'F30',
    title: 'members are new, missing, renamed, of another type, of an unknown value',
    without: onlyOwn,
    async inject(world, trial) {
      const { journals } = ownOf(world)
      const drifted: Readonly<Record<string, readonly [poison: boolean, write: (row: Row) => string]>> = {
        'a new member': [false, (row) => plain(row, isoOf(world), ',"colour":"đỏ"')],
        'a missing member': [true, (row) => plain(row, isoOf(world)).replace(/"name":"[^"]*",/, '')],
        'a renamed member': [true, (row) => plain(row, isoOf(world)).replace('"name":', '"title":')],
        'another type': [true, (row) => plain(row, isoOf(world)).replace(/"name":"[^"]*"/, '"name":{"vi":"CANARY"}')],
        'an unknown value': [true, (row) => plain(row, isoOf(world), ',"kind":"Z"')],
      }
      for (const name of streamNames) {
        for (const [bad, write] of Object.values(drifted)) {
          const id = `drift-${journals[name].entries.length}`
          const row = { id, version: 1, name: 'Tên', amount: '5,50', ref: '7', born: id } as Row
          journals[name].write(id, { ...row, written: write(row), poison: bad })
        }
      }
      world.learn()
      expectSuccess(trial, await world.sync(), 'another shape')
      const nulls = await world.rows('select 1 from thing where name is null or field is null')
      trial.expect(nulls.length === 0, () => `${nulls.length} members became null without a word`)
      const seen = await world.rows<{ kind: string; path: string }>('select kind, path from drift').catch(() => [])
      trial.expect(
        seen.some(({ path }) => path === 'colour'),
        () => `the new member is shown nowhere: ${JSON.stringify(seen)}`,
      )
    },
  },
  {
    id: 'F31',
    title: 'identity numbers with zeros, names composed and decomposed, both tone placements',
    without: onlyOwn,
    async inject(world, trial) {
      const { journals, advance } = ownOf(world)
      const names = [
        'Nguyễn Thị Hòa',
        'Nguyễn Thị Hoà',
        'Nguyễn Thị Hòa'.normalize('NFD'),
        'Đặng Thúy',
        'Đặng Thuý'.normalize('NFD'),
      ]
      for (const [at, name] of names.entries())
        for (const stream of streamNames) journals[stream].write(`00120400${at}`, { name })
      world.learn()
      expectSuccess(trial, await world.sync(), 'names')
      const rows = await world.rows<{ name: string; folded: string }>(
        `select distinct name, fold(name) as folded from thing where key like '00120400%'`,
      )
      trial.expect(
        rows.every(({ name }) => name === name.normalize('NFC')),
        () => 'a name stands decomposed',
      )
      trial.expect(
        new Set(rows.map(({ folded }) => folded)).size === 2,
        () => `they are found under ${rows.map((row) => row.folded).join(', ')}`,
      )
      // The same name in its other form is no change.
      advance(1_000)
      for (const stream of streamNames)
        journals[stream].write('001204000', {
          name: 'Nguyễn Thị Hòa'.normalize('NFD'),
          ref: journals[stream].row('001204000')!.ref,
          amount: journals[stream].row('001204000')!.amount,
        })
      world.learn()
      const runs = await world.sync()
      trial.expect(
        runs.every(({ written }) => written === 0),
        () => 'another form of the same name was written as a change',
      )
    },
  },
]
