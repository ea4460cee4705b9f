// When a dossier is overdue, said once for its field, its filter and its statistics.
import type { MomentSql } from '../../statistics/index.ts'

/** Open, not waiting for the citizen and past its limit; or finished after it. */
export const overdue: MomentSql = (row, { statement, now }) => `coalesce(case
  when ${row}.finished_at is not null then ${row}.finished_at > ${row}.due_limit
  when ${row}.status in ('REGISTERED', 'ACCEPTED', 'PROCESSING') then ${statement.value(now, 'timestamptz')} > ${row}.due_limit
  else false end, false)`
