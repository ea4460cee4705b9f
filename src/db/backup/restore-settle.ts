// Makes a restored state of the past one of the present.
import type pg from 'pg'
import { restartFeed } from '../feed.ts'
import { onConnection } from '../on-connection.ts'
import type { Tables } from '../tables.ts'

/**
 * Ends the leases of the restored time, makes every scheduled stream due, so that later changes of the sources are read again,
 * adds the later revocations, and starts the feed of changes again under a new epoch.
 */
export async function settle(client: pg.ClientBase): Promise<void> {
  // The epoch grows, so that no owner of that time has a lease now.
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
