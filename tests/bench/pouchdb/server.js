// node server.js FOLDER: serves PouchDB over HTTP on a free port and prints the port.
const fs = require('fs');
const express = require('express');
const expressPouchDB = require('express-pouchdb');
const PouchDB = require('./pouch');

const folder = process.argv[2];
fs.mkdirSync(folder, { recursive: true });

const onDisk = PouchDB.defaults({ prefix: `${folder}/`, adapter: 'leveldb' });
const app = express();
app.use(
  expressPouchDB(onDisk, {
    mode: 'minimumForPouchDB',
    configPath: `${folder}/config.json`,
    logPath: `${folder}/log.txt`,
  }),
);
const server = app.listen(0, '127.0.0.1', () => console.log(server.address().port));
