/** What metro's developers added with the CLI, as data: `recipe.mjs` turns it into answers. */

export const layers = ['clock', 'format'];

export const tables = [
  {
    name: 'events',
    columns: { source: 'string', at: 'number', kind: 'string', level: 'number' },
    key: 'source',
    sortKey: 'at',
    indexes: [{ name: 'byKind', key: 'kind', sortKey: 'at' }, { name: 'byLevel', key: 'level' }],
  },
  { name: 'tariffs', columns: { zone: 'string', kind: 'string' }, key: 'zone', sortKey: 'kind' },
  {
    name: 'ledger',
    columns: { account: 'string', entry: 'string', day: 'string' },
    key: 'account',
    sortKey: 'entry',
    indexes: [{ name: 'byDay', key: 'day', sortKey: 'account' }],
  },
  { name: 'lostbox', columns: { id: 'string' }, key: 'id' },
  { name: 'sessions', columns: { token: 'binary', user: 'string' }, key: 'token', indexes: [{ name: 'byUser', key: 'user' }] },
];

const ALL = ['create', 'read', 'update', 'delete'];

/**
 * @typedef {object} FunctionOfMetro
 * @property {string} name
 * @property {{ models?: string[], table?: string, kinesis?: boolean }} [streams] what invokes it
 * @property {Record<string, Record<string, string[]>>} [rights] category → resource → operations
 * @property {string} [schedule] `5 minutes` or a cron expression
 * @property {string[]} [uses] layers
 * @property {Record<string, string>} [variables]
 * @property {string} [secret]
 * @property {string} [after] what has to exist before
 */

/** @type {FunctionOfMetro[]} */
export const functions = [
  {
    name: 'planroute',
    rights: { storage: { Segment: ['read'], Line: ['read'], Station: ['read'], Disruption: ['read'] } },
    uses: ['metroclock'],
    variables: { MAX_CHANGES: '4', WALKING_SPEED: '1.3' },
  },
  { name: 'quotefare', rights: { storage: { Fare: ['read'], FareRule: ['read'], tariffs: ['read'] } } },
  { name: 'checkcard', rights: { storage: { Card: ['read', 'update'] } } },
  { name: 'recordjourney', rights: { storage: { Journey: ['create', 'read'], events: ['create'] }, function: { quotefare: ['read'] } } },
  { name: 'sendmessage', variables: { SENDER: 'metro@metro.example', GREETING: "It's your train" }, secret: 'MAIL_TOKEN' },
  { name: 'documentscan' },
  { name: 'indexstations', streams: { models: ['Station', 'Line'] } },
  { name: 'trainevents', streams: { models: ['Train', 'Carriage', 'Inspection'] }, rights: { storage: { events: ['create'] } } },
  { name: 'orderparts', streams: { models: ['Repair'] }, rights: { storage: { Part: ['read', 'update'], PartOrder: ['create'] } } },
  { name: 'refundpayment', streams: { models: ['Refund'] }, rights: { storage: { Payment: ['create', 'read'] } }, secret: 'PAYMENT_KEY' },
  { name: 'notifydelay', streams: { models: ['Delay', 'Disruption'] }, rights: { function: { sendmessage: ['read'] } } },
  { name: 'gatecount', streams: { kinesis: true }, rights: { storage: { events: ['create', 'update'] } } },
  { name: 'auditevents', streams: { table: 'events' }, rights: { storage: { ledger: ['create'] } } },
  { name: 'tariffcache', streams: { table: 'tariffs' } },
  { name: 'nightlyroster', schedule: '30 2 * * ? *', rights: { storage: { Roster: ['create', 'read'], Shift: ['read'], Absence: ['read'] } } },
  { name: 'purgereadings', schedule: '30 minutes', rights: { storage: { Reading: ['read', 'delete'] } } },
  { name: 'heartbeat', schedule: '1 minutes' },
  { name: 'weeklyreport', schedule: '0 6 ? * MON *', rights: { api: { metro: ['Query'] }, function: { sendmessage: ['read'] } }, uses: ['metroformat', 'metroclock'] },
  { name: 'expirepasses', schedule: '7 minutes', rights: { storage: { Pass: ['read', 'update'], sessions: ['read', 'delete'] } } },
  { name: 'adminusers', rights: { auth: { metrousers: ALL } } },
  { name: 'stationsapi', rights: { storage: { Station: ['read'], Line: ['read'] } } },
  { name: 'boardfeed', rights: { storage: { TripStop: ['read'], Delay: ['read'] } } },
  { name: 'partsapi', rights: { storage: { Part: ALL, PartOrder: ALL, Supplier: ['read'] } } },
  { name: 'leasing', rights: { storage: { Lease: ALL, Shop: ['read'], ledger: ['read', 'update'] } } },
  { name: 'shopapi', rights: { api: { metro: ['Query', 'Mutation'] } } },
  { name: 'lostfound', rights: { storage: { LostItem: ALL, lostbox: ALL } } },
  { name: 'gateingest', rights: { analytics: { gates: ['create'] } } },
  { name: 'gatereader', rights: { analytics: { gates: ['read'] } } },
  { name: 'routeaudit', rights: { function: { planroute: ALL, recordjourney: ['read'] } } },
  { name: 'kioskfeed', rights: { api: { metro: ['Query'] } }, uses: ['metroformat'] },
  { name: 'invoicepdf', rights: { storage: { documents: ['create'], Invoice: ['read'], InvoiceLine: ['read'] } }, after: 'bucket and REST APIs' },
  {
    name: 'closeday',
    schedule: '55 23 * * ? *',
    rights: { storage: { ledger: ['create', 'read', 'update'], Payment: ['read'] }, function: { invoicepdf: ['read'] } },
    after: 'bucket and REST APIs',
  },
  { name: 'exportusers', rights: { auth: { metrousers: ['read'] }, storage: { documents: ['create'] } }, after: 'bucket and REST APIs' },
  { name: 'thumbnails', rights: { storage: { documents: ['create', 'read'] } }, after: 'bucket and REST APIs' },
  { name: 'archivedocs', schedule: '0 3 1 * ? *', rights: { storage: { documents: ALL } }, after: 'bucket and REST APIs' },
  { name: 'proxyapi', rights: { api: { stations: ['read'], office: ALL } }, after: 'bucket and REST APIs' },
  { name: 'pricewatch', schedule: '12 minutes', rights: { storage: { Fare: ['read'] }, function: { sendmessage: ['read'], quotefare: ['read'] } } },
];

/** @type {{ name: string, paths: { path: string, handler: string, auth?: string[], guest?: string[], groups?: Record<string, string[]> }[] }[]} */
export const restApis = [
  {
    name: 'stations',
    paths: [
      { path: '/stations', handler: 'stationsapi', auth: ['read'], guest: ['read'] },
      { path: '/stations/{id}/board', handler: 'boardfeed' },
      { path: '/lines', handler: 'stationsapi', auth: ALL },
    ],
  },
  {
    name: 'workshop',
    paths: [
      { path: '/parts', handler: 'partsapi', groups: { Maintenance: ALL, Admin: ['read'] } },
      { path: '/parts/{sku}/orders', handler: 'partsapi', groups: { Maintenance: ['create', 'read'] } },
    ],
  },
  {
    name: 'office',
    paths: [
      { path: '/leases', handler: 'leasing', groups: { Admin: ALL } },
      { path: '/shops', handler: 'shopapi', auth: ['read'], groups: { Admin: ['create', 'update', 'delete'] } },
      { path: '/lost-property', handler: 'lostfound', auth: ['create', 'read'], guest: ['create'] },
      { path: '/gates/{gate}', handler: 'gateingest', auth: ['create'] },
    ],
  },
];
