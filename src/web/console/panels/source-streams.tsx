// The streams of one source in the console's table.
import { Table } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { languageOf } from '../../reader/language.ts'
import { Moment } from '../parts/moment.tsx'
import type { Run, Source } from '../operations.ts'
import { StateMark } from '../parts/state-mark.tsx'

export function SourceStreams({ source, lastRuns }: { source: Source; lastRuns: Run[] }) {
  const { t, i18n } = useTranslation()
  const number = new Intl.NumberFormat(languageOf(i18n))
  return (
    <Table verticalSpacing={4} horizontalSpacing="sm" aria-label={t('details', { source: source.title })}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('stream')}</Table.Th>
          <Table.Th>{t('entity')}</Table.Th>
          <Table.Th className="number">{t('records')}</Table.Th>
          <Table.Th>{t('lastSuccess')}</Table.Th>
          <Table.Th>{t('lastRun')}</Table.Th>
          <Table.Th>{t('checkpoint')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {source.streams.map((stream) => {
          const last = lastRuns.find((run) => run.stream === stream.id)
          return (
            <Table.Tr key={stream.id} data-stream={stream.id}>
              <Table.Td>{stream.id}</Table.Td>
              <Table.Td>{stream.entity}</Table.Td>
              <Table.Td className="number">{number.format(stream.recordCount)}</Table.Td>
              <Table.Td>
                <Moment iso={stream.lastSuccessAt} none={t('noneYet')} />
              </Table.Td>
              <Table.Td>
                {last === undefined ? (
                  <span className="none">{t('noneYet')}</span>
                ) : (
                  <StateMark kind="run" state={last.state} />
                )}
              </Table.Td>
              <Table.Td>
                {stream.cursor === null ? (
                  <span className="none">{t('noneYet')}</span>
                ) : (
                  <code className="cursor">{stream.cursor}</code>
                )}
              </Table.Td>
            </Table.Tr>
          )
        })}
      </Table.Tbody>
    </Table>
  )
}
