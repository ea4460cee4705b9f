// The rows of one source in the console's table.
import { Table } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { languageOf } from '../../reader/language.ts'
import { duration, localTime } from '../../reader/local-time.ts'
import type { Credentials } from '../credentials.ts'
import { FilterLink } from '../parts/filter-link.tsx'
import { Moment } from '../parts/moment.tsx'
import type { Failure, Run, Source } from '../operations.ts'
import { SourceActions } from './source-actions.tsx'
import { SourceStreams } from './source-streams.tsx'
import { StateMark } from '../parts/state-mark.tsx'

type Props = {
  credentials: Credentials
  source: Source
  lastRuns: Run[] | undefined
  mayAct: boolean
  opened: boolean
  toggle: () => void
  say: (text: string) => void
}

const COLUMNS = 9

/** A source's line; under it, when there is a reason, what is wrong and who acts, and the opened streams. */
export function SourceRows(props: Props) {
  const { source, lastRuns, opened } = props
  const { t } = useTranslation()
  const streamsId = `streams-${source.id}`

  return (
    <>
      <SourceLine {...props} streamsId={streamsId} />
      {source.failure === null ? null : (
        <Table.Tr className="failure" data-failure={source.id}>
          <Table.Td colSpan={COLUMNS}>
            <FailureText failure={source.failure} />{' '}
            <FilterLink source={source.id} state="FAILED" heading="runs-title">
              {t('failedRuns')}
            </FilterLink>
          </Table.Td>
        </Table.Tr>
      )}
      {opened ? (
        <Table.Tr className="streams" id={streamsId}>
          <Table.Td colSpan={COLUMNS}>
            <SourceStreams source={source} lastRuns={lastRuns ?? []} />
          </Table.Td>
        </Table.Tr>
      ) : null}
    </>
  )
}

function SourceLine({
  credentials,
  source,
  lastRuns,
  mayAct,
  opened,
  toggle,
  say,
  streamsId,
}: Props & { streamsId: string }) {
  const { t, i18n } = useTranslation()
  const language = languageOf(i18n)
  const number = new Intl.NumberFormat(language)
  return (
    <Table.Tr data-source={source.id} className={source.failure === null ? '' : 'above-failure'}>
      <Table.Td>
        <button
          type="button"
          className="open"
          aria-expanded={opened}
          {...(opened ? { 'aria-controls': streamsId } : {})}
          onClick={toggle}
        >
          <span aria-hidden="true">{opened ? '▾' : '▸'}</span> {source.title}
        </button>
        <span className="below">
          {source.id}
          {source.connector === source.id ? null : ` · ${source.connector}`}
        </span>
      </Table.Td>
      <Table.Td>
        <StateMark kind="state" state={source.state} />
      </Table.Td>
      <Table.Td>
        <Moment iso={source.lastSuccessAt} none={t('noneYet')} />
      </Table.Td>
      <Table.Td className="name">
        {source.lagSeconds === null ? (
          <span className="none">{t('noneYet')}</span>
        ) : (
          duration(source.lagSeconds, language)
        )}
      </Table.Td>
      <Table.Td>
        <LastRun runs={lastRuns} />
      </Table.Td>
      <Table.Td className="number">
        {source.state === 'NEVER_RUN' ? (
          <span className="none">{t('noneYet')}</span>
        ) : (
          number.format(source.recordCount)
        )}
      </Table.Td>
      <Table.Td className="number">
        {source.quarantineCount > 0 ? (
          <FilterLink source={source.id} heading="quarantine-title" className="warn-link">
            {number.format(source.quarantineCount)}
          </FilterLink>
        ) : (
          number.format(0)
        )}
      </Table.Td>
      <Table.Td>
        <Moment iso={source.nextRunAt} none={t('notPlanned')} />
      </Table.Td>
      <Table.Td>{mayAct ? <SourceActions credentials={credentials} source={source} say={say} /> : null}</Table.Td>
    </Table.Tr>
  )
}

/** The newest run of the source; `runs` undefined while they are being read. */
function LastRun({ runs }: { runs: Run[] | undefined }) {
  const { t, i18n } = useTranslation()
  const number = new Intl.NumberFormat(languageOf(i18n))
  const last = runs?.[0]
  if (last === undefined) return <span className="none">{runs === undefined ? '…' : t('noneYet')}</span>
  return (
    <>
      <StateMark kind="run" state={last.state} />
      <span className="below">
        {last.stream}: {t('read').toLowerCase()} {number.format(last.read)}, {t('written').toLowerCase()}{' '}
        {number.format(last.written)}, {t('rejected').toLowerCase()} {number.format(last.rejected)}
      </span>
    </>
  )
}

function FailureText({ failure }: { failure: Failure }) {
  const { t, i18n } = useTranslation()
  const sentence = i18n.exists(`failure.${failure.code}`) ? t(`failure.${failure.code}`) : failure.code
  const who = i18n.exists(`acts.${failure.code}`) ? t(`acts.${failure.code}`) : failure.whoActs
  return (
    <>
      <strong>{sentence}</strong> <code>{failure.code}</code> {t('since', { time: localTime(failure.since) })}.{' '}
      <strong>{t('whoActs', { who })}.</strong> <span className="quiet">{failure.message}</span>
    </>
  )
}
