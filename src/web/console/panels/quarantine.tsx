// The console's list of rejected records.
import { Table, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Credentials } from '../credentials.ts'
import { Empty, Waiting } from '../parts/empty.tsx'
import { useQuarantine } from '../live.ts'
import { Moment } from '../parts/moment.tsx'
import type { Quarantined, Source } from '../operations.ts'
import { PageTurn } from '../parts/page-turn.tsx'
import { Problem } from '../parts/problem.tsx'
import { SourceFilter } from './source-filter.tsx'
import { useUrlState } from '../url-state.ts'

export function QuarantinePanel({ credentials, sources }: { credentials: Credentials; sources: Source[] }) {
  const { t } = useTranslation()
  const [url, changeUrl] = useUrlState()
  const after = url.get('quarantineAfter')
  const records = useQuarantine(credentials, { source: url.get('source'), after })

  return (
    <section className="panel" aria-labelledby="quarantine-title" data-part="quarantine">
      <div className="panel-head">
        <Title order={2} id="quarantine-title" size="h4" tabIndex={-1}>
          {t('quarantine')}
        </Title>
        <SourceFilter sources={sources} />
        {records.data === undefined ? null : (
          <span className="quiet">{t('total', { count: records.data.totalCount })}</span>
        )}
      </div>
      {records.error === null ? null : <Problem error={records.error} dataUpdatedAt={records.dataUpdatedAt} />}
      {records.data === undefined ? (
        records.isError ? null : (
          <Waiting />
        )
      ) : records.data.nodes.length === 0 ? (
        <Empty text={t('quarantine.none')} />
      ) : (
        <QuarantineTable records={records.data.nodes} />
      )}
      <PageTurn
        listing={records.data}
        after={after}
        turn={(cursor) => changeUrl({ quarantineAfter: cursor })}
        name={t('quarantine')}
      />
    </section>
  )
}

function QuarantineTable({ records }: { records: Quarantined[] }) {
  const { t, i18n } = useTranslation()
  const number = new Intl.NumberFormat(i18n.language)
  return (
    <div className="wide" role="group" aria-label={t('quarantine')} tabIndex={0}>
      <Table verticalSpacing={5} horizontalSpacing="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('source')}</Table.Th>
            <Table.Th>{t('stream')}</Table.Th>
            <Table.Th>{t('key')}</Table.Th>
            <Table.Th>{t('reason')}</Table.Th>
            <Table.Th>{t('path')}</Table.Th>
            <Table.Th>{t('seen')}</Table.Th>
            <Table.Th className="number">{t('tries')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {records.map((record) => (
            <Table.Tr key={record.id} data-record={record.id}>
              <Table.Td>{record.source}</Table.Td>
              <Table.Td>{record.stream}</Table.Td>
              <Table.Td>
                {record.key === null ? <span className="none">{t('noneYet')}</span> : <code>{record.key}</code>}
              </Table.Td>
              <Table.Td>{record.reason}</Table.Td>
              <Table.Td>{record.path === null ? '–' : <code>{record.path}</code>}</Table.Td>
              <Table.Td>
                <Moment iso={record.seenAt} none={t('noneYet')} />
              </Table.Td>
              <Table.Td className="number">{number.format(record.tries)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}
