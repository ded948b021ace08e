// PouchDB on LevelDB, as a phone and a server share it.
const plugins = [
  'pouchdb-adapter-leveldb',
  'pouchdb-adapter-http',
  'pouchdb-replication',
  'pouchdb-mapreduce',
  'pouchdb-find',
];

module.exports = plugins.reduce(
  (pouch, name) => pouch.plugin(require(name)),
  require('pouchdb-core'),
);
