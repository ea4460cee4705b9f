import type { HubConfig } from './src/config/index.ts'

// No source is named here, so the demonstration province runs. A source looks like this:
//
//   {
//     id: 'one-stop',
//     connector: 'one-stop', // a folder of connectors/
//     agency: 'H53', // whose source it is
//     schedule: '*/5 * * * *',
//     timezone: 'Asia/Ho_Chi_Minh',
//     settings: {
//       url: 'https://one-stop.example',
//       tokenUrl: 'https://one-stop.example/token',
//       clientId: 'hub',
//       clientSecret: { secret: 'ONE_STOP_SECRET' }, // the environment variable of that name, or the file of ONE_STOP_SECRET_FILE
//       pageSize: 50,
//     },
//   },
//
// docs/connectors/ has a page for each connector with its settings. README.md has a whole configuration.

export default {
  sources: [],
} satisfies HubConfig
