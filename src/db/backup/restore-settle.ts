import type pg from 'pg'
import { restartFeed } from '../feed.ts'
import { onConnection } from '../on-connection.ts'
import type { Tables } from '../tables.ts'

/**
 * Makes a state of earlier one of now: the leases of that time are nobody's, every scheduled stream is due, so that what has
 * changed at the sources since is read again, and readers of the feed of changes are told that it is another history.
 */
export async function settle(client: pg.ClientBase): Promise<void> {
  // The epoch grows, so that whoever held a lease then does not hold one now.
  await client.query(`
    update stream set lease_owner = null, lease_pid = null, lease_backend_start = null, lease_until = null,
      lease_epoch = lease_epoch + 1, due_at = case when due_at is not null then least(due_at, now()) end`)
  await client.query(`
    do $$ begin
      if to_regclass('pg_temp.kept_revocation') is not null then
        insert into revocation select * from kept_revocation on conflict do nothing;
      end if;
    end $$`)
  await restartFeed(onConnection<Tables>(client))
}
