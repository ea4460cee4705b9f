import type { Connector } from '#connector'
import { canonical } from '../../../src/sync/run/outcome.ts'
import { faultConnector } from './connector.ts'
import type { Row } from './journal.ts'
import { openFaultSource, secret, streamNames, type FaultSource, type StreamName } from './source.ts'
import type { Running, Subject } from './subject.ts'
import { thingSinks } from './thing-sink.ts'

const noon = Date.parse('2026-03-05T12:00:00+07:00')

/** What the hub must make of a row, told without the connector. */
export const recordOf = (row: Row) => ({
  code: row.id,
  name: row.name.normalize('NFC'),
  field: `${row.ref} ${row.amount.replaceAll('.', '').replace(',', '.')}`,
  agency: null,
  audience: null,
})

export interface FaultSubjectOptions {
  readonly size?: number
  readonly settings?: Readonly<Record<string, unknown>>
}

/** The fault source as a subject: 60 rows a stream, unless told otherwise. */
export function faultSubject({ size = 60, settings = {} }: FaultSubjectOptions = {}): Subject {
  return {
    name: 'fault-source',
    kind: 'fault source',
    async open(seed) {
      const source = await openFaultSource(seed, size, noon)
      source.advance(600_000)
      return runningOf(source, settings)
    },
  }
}

export function runningOf(source: FaultSource, settings: Readonly<Record<string, unknown>> = {}): Running {
  const journal = (stream: string) => source.journals[stream as StreamName]
  return {
    name: 'fault-source',
    connector: faultConnector as unknown as Connector,
    settings: { url: `http://${source.host}`, key: secret, ...settings },
    hosts: [source.host],
    streams: streamNames,
    sinks: () => thingSinks,
    truth: (stream) =>
      new Map(
        journal(stream)
          .present()
          .filter((row) => !row.poison)
          .map((row) => [row.id, canonical(recordOf(row))]),
      ),
    dirt: (stream) =>
      journal(stream)
        .present()
        .filter((row) => row.poison)
        .map((row) => row.id),
    now: () => new Date(source.now()),
    advance: () => {
      source.advance(30_000)
      for (const stream of streamNames) source.journals[stream].step()
      source.advance(1_000)
      return Promise.resolve()
    },
    reachability: [],
    own: source,
    close: source.close,
  }
}
